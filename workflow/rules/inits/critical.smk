use rule train as train_critical with:
    pathvars:
        init=instances("critical"),
