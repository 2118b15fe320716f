rule check_formulas:
    input:
        mnist="<results>/data/mnist/manifest.json",
        source=sources(
            "checks/*.py",
            "inits/*.py",
            "architectures/*.py",
            "datasets/*.py",
            "matrices/document_c.py",
            "training/*.py",
        ),
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
