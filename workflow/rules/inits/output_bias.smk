use rule train as train_output_bias with:
    pathvars:
        init=instances("output_bias"),
