use rule train as train_branch_scaled with:
    pathvars:
        init=instances("branch_scaled"),
