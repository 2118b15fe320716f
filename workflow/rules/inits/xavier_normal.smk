use rule train as train_xavier_normal with:
    pathvars:
        init=instances("xavier_normal"),
