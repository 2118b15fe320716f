use rule train as train_zero_last with:
    pathvars:
        init=instances("zero_last"),
