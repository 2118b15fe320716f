rule replay_notebook:
    input:
        source=sources("replay_notebook", datasets.source_file("moons")),
    output:
        curves="<results>/tables/replay_curves.parquet",
        spectra="<results>/tables/replay_spectra.parquet",
        panels="<results>/tables/replay_panels.parquet",
    log:
        "<results>/logs/replay.log",
    benchmark:
        "<results>/benchmarks/replay.tsv"
    message:
        "literal replay of document A"
    script:
        "../scripts/replay_notebook.py"
