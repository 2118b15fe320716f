rule collect_runs:
    input:
        shards=shards,
        source=sources("collect"),
    output:
        curves="<results>/tables/{experiment}/curves.parquet",
        layers="<results>/tables/{experiment}/layers.parquet",
        outcomes="<results>/tables/{experiment}/outcomes.parquet",
    log:
        "<results>/logs/collect/{experiment}.log",
    benchmark:
        "<results>/benchmarks/collect/{experiment}.tsv"
    params:
        expected=expected_footers,
        identity=["dataset", "architecture", "init", ""],
    message:
        "collect {wildcards.experiment}"
    script:
        "../scripts/collect.py"


rule collect_probe:
    input:
        shards=probe_shards,
        source=sources("collect"),
    output:
        values="<results>/tables/probes/{probe}.parquet",
    log:
        "<results>/logs/collect/{probe}.log",
    benchmark:
        "<results>/benchmarks/collect/{probe}.tsv"
    params:
        expected=expected_probe_footers,
        identity=["init"],
    message:
        "collect probe {wildcards.probe}"
    script:
        "../scripts/collect.py"


rule collect_matrices:
    input:
        shards=matrix_shards(),
        source=sources("collect"),
    output:
        draws="<results>/tables/matrices/draws.parquet",
        paths="<results>/tables/matrices/paths.parquet",
        eigenvalues="<results>/tables/matrices/eigenvalues.parquet",
    log:
        "<results>/logs/collect/matrices.log",
    benchmark:
        "<results>/benchmarks/collect/matrices.tsv"
    params:
        expected=expected_matrix_footers(),
        identity=["ensemble"],
    message:
        "collect the random matrices"
    script:
        "../scripts/collect.py"
