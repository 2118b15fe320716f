use rule train as train_delta_orthogonal with:
    pathvars:
        init=instances("delta_orthogonal"),
