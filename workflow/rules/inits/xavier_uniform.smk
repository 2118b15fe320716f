use rule train as train_xavier_uniform with:
    pathvars:
        init=instances("xavier_uniform"),
