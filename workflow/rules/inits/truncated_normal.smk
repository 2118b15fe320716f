use rule train as train_truncated_normal with:
    pathvars:
        init=instances("truncated_normal"),
