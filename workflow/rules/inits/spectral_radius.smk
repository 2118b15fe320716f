use rule train as train_spectral_radius with:
    pathvars:
        init=instances("spectral_radius"),
