use rule train as train_constant_layer with:
    pathvars:
        init=instances("constant_layer"),
