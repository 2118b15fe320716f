# The template of a training job: one cell with one block of seeds. It matches no file itself;
# every method of workflow/rules/inits makes its own rule of it.
rule train:
    input:
        data="<results>/data/{dataset}/manifest.json",
    output:
        curves="<results>/runs/{experiment}/{dataset}/{architecture}/<init>/{seeds}/curves.parquet",
        layers="<results>/runs/{experiment}/{dataset}/{architecture}/<init>/{seeds}/layers.parquet",
        outcomes="<results>/runs/{experiment}/{dataset}/{architecture}/<init>/{seeds}/outcomes.parquet",
    log:
        "<results>/logs/train/{experiment}/{dataset}/{architecture}/<init>/{seeds}.log",
    benchmark:
        "<results>/benchmarks/train/{experiment}/{dataset}/{architecture}/<init>/{seeds}.tsv"
    # Every file is compared with the patterns of all methods: lists of all names cost a second.
    wildcard_constraints:
        experiment=r"[^/]+",
        dataset=r"[^/]+",
        architecture=r"[^/]+",
    threads: 1
    params:
        spec=cell_spec,
        fingerprint=cell_fingerprint,
    message:
        "train {wildcards.experiment}: {wildcards.init} on {wildcards.architecture}, {wildcards.dataset}, seeds {wildcards.seeds}"
    script:
        f"{ROOT}/workflow/scripts/train.py"  # from any folder of rules
