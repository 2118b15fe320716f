use rule train as train_he_normal with:
    pathvars:
        init=instances("he_normal"),
