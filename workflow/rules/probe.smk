# Measurements at initialization: one job a probe of config.yaml and init.
def probe_spec(wildcards):
    """Return what the names of a probe's job mean: a change reruns the job."""
    return grid.probe_spec(config, wildcards.probe, wildcards.init)


def probe_sources(wildcards):
    """Return the source files that a probe's numbers depend on."""
    return [
        os.path.relpath(f) for f in fingerprint.probe_sources(probe_spec(wildcards))
    ]


def probe_footer(wildcards):
    """Return what the footer of a probe's file says: names, seeds, hash of meaning and sources."""
    spec = probe_spec(wildcards)
    return {
        "probe": wildcards.probe,
        "init": wildcards.init,
        "seeds": f"{spec['first']}-{spec['first'] + spec['draws'] - 1}",
        "fingerprint": fingerprint.fingerprint(spec, fingerprint.probe_sources(spec)),
    }


def probe_folders(probe):
    """Return the folders of a probe's jobs by init."""
    return {init: f"{RESULTS}/probes/{probe}/{init}" for init in PROBES[probe]["inits"]}


def shards_of_probe(probe):
    """Return the Parquet files of the probe of this name."""
    return [f"{folder}/values.parquet" for folder in probe_folders(probe).values()]


def probe_shards(wildcards):
    """Return the Parquet files of a probe."""
    return shards_of_probe(wildcards.probe)


def expected_probe_footers(wildcards):
    """Return, for each folder of a probe, what the footer of its file must say."""
    return {
        folder: probe_footer(SimpleNamespace(probe=wildcards.probe, init=init))
        for init, folder in probe_folders(wildcards.probe).items()
    }


rule probe_init:
    input:
        source=probe_sources,
    output:
        values="<results>/probes/{probe}/{init}/values.parquet",
    log:
        "<results>/logs/probes/{probe}/{init}.log",
    benchmark:
        "<results>/benchmarks/probes/{probe}/{init}.tsv"
    threads: 1
    params:
        spec=probe_spec,
        footer=probe_footer,
    message:
        "probe {wildcards.probe}: {wildcards.init}"
    script:
        "../scripts/probe_init.py"
