use rule train as train_branch_normal with:
    pathvars:
        init=instances("branch_normal"),
