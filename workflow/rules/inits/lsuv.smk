use rule train as train_lsuv with:
    pathvars:
        init=instances("lsuv"),
