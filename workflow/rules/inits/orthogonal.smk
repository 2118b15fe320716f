use rule train as train_orthogonal with:
    pathvars:
        init=instances("orthogonal"),
