use rule train as train_rezero with:
    pathvars:
        init=instances("rezero"),
