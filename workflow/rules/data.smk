rule prepare_data:
    input:
        source=source_of_data,
    output:
        manifest="<results>/data/{dataset}/manifest.json",
    log:
        "<results>/logs/data/{dataset}.log",
    localrule: True  # nodes of a cluster may have no network to download an image set
    params:
        spec=meaning_of_data,
        folder=config["data_folder"],
        seed=config["seed_base"],
    message:
        "data {wildcards.dataset}"
    script:
        "../scripts/prepare_data.py"
