use rule train as train_normal with:
    pathvars:
        init=instances("normal"),
