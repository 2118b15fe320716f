use rule train as train_lecun_uniform with:
    pathvars:
        init=instances("lecun_uniform"),
