rule check_formulas:
    input:
        # Without this data set the run is refused where this is to be made (hooks.smk).
        mnist="<results>/data/mnist/manifest.json" if HAS_MNIST else [],
        source=sources("check_formulas", "checks", "inits", "architectures", "datasets"),
    output:
        "<results>/tables/checks.parquet",
    log:
        "<results>/logs/checks.log",
    benchmark:
        "<results>/benchmarks/checks.tsv"
    params:
        documents=[document.key for document in LEDGER.documents],
    message:
        "checks without training"
    script:
        "../scripts/check_formulas.py"
