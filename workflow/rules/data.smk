rule prepare_data:
    input:
        source=source_of_data,
    output:
        manifest="<results>/data/{dataset}/manifest.json",
    params:
        spec=meaning_of_data,
        folder=config["data_folder"],
        seed=config["seed_base"],
    log:
        "logs/data/{dataset}.log",
    message:
        "data {wildcards.dataset}"
    script:
        "../scripts/prepare_data.py"
