use rule train as train_svd with:
    pathvars:
        init=instances("svd"),
