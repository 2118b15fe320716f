use rule train as train_siren with:
    pathvars:
        init=instances("siren"),
