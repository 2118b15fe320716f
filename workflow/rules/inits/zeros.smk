use rule train as train_zeros with:
    pathvars:
        init=instances("zeros"),
