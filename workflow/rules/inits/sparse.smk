use rule train as train_sparse with:
    pathvars:
        init=instances("sparse"),
