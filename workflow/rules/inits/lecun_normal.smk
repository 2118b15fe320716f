use rule train as train_lecun_normal with:
    pathvars:
        init=instances("lecun_normal"),
