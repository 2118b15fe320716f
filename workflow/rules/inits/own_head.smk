use rule train as train_own_head with:
    pathvars:
        init=instances("own_head"),
