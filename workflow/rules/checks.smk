rule check_formulas:
    input:
        # Without MNIST the run is refused where this is to be made (hooks.smk).
        mnist=[f"<results>/data/{name}/manifest.json" for name in MNIST[:1]],
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
