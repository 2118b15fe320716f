rule collect_runs:
    input:
        shards=shards,
        source=sources("collect.py", "schemas.py", "shards.py"),
    output:
        curves="<results>/tables/{experiment}/curves.parquet",
        layers="<results>/tables/{experiment}/layers.parquet",
        outcomes="<results>/tables/{experiment}/outcomes.parquet",
    log:
        "logs/collect/{experiment}.log",
    benchmark:
        "<results>/benchmarks/collect/{experiment}.tsv"
    params:
        expected=expected_footers,
    message:
        "collect {wildcards.experiment}"
    script:
        "../scripts/collect_runs.py"
