use rule train as train_dirac with:
    pathvars:
        init=instances("dirac"),
