use rule train as train_he_uniform with:
    pathvars:
        init=instances("he_uniform"),
