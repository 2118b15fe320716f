use rule train as train_fixup with:
    pathvars:
        init=instances("fixup"),
