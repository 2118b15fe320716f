use rule train as train_identity with:
    pathvars:
        init=instances("identity"),
