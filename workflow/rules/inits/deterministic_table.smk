use rule train as train_deterministic_table with:
    pathvars:
        init=instances("deterministic_table"),
