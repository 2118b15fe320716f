use rule train as train_constant with:
    pathvars:
        init=instances("constant"),
