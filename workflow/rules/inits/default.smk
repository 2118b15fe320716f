use rule train as train_default with:
    pathvars:
        init=instances("default"),
