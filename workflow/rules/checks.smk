rule check_formulas:
    input:
        mnist="<results>/data/mnist/manifest.json",
        source=sources("check_formulas", "checks", "inits", "architectures", "datasets"),
    output:
        "<results>/tables/checks.parquet",
    log:
        "<results>/logs/checks.log",
    benchmark:
        "<results>/benchmarks/checks.tsv"
    params:
        documents=[document.id for document in LEDGER.documents],
    message:
        "checks without training"
    script:
        "../scripts/check_formulas.py"
