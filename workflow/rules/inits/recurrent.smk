use rule train as train_recurrent with:
    pathvars:
        init=instances("recurrent"),
