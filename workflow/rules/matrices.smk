# Random matrices: one job an ensemble of config.yaml.
def ensemble_spec(wildcards):
    """Return what the name of an ensemble of random matrices means: a change reruns it."""
    return grid.ensemble_spec(config, wildcards.ensemble)


def ensemble_sources():
    """Return the source files that the numbers of random matrices depend on."""
    return [os.path.relpath(f) for f in fingerprint.matrix_sources()]


def ensemble_fingerprint(wildcards):
    """Return the hash of an ensemble's meaning and sources; it stands in the Parquet footers."""
    return fingerprint.fingerprint(
        ensemble_spec(wildcards), fingerprint.matrix_sources()
    )


def matrix_shards():
    """Return the Parquet files of all ensembles."""
    return [
        f"{RESULTS}/matrices/{e}/{t}.parquet" for e in ENSEMBLES for t in MATRIX_TABLES
    ]


def expected_matrix_footers():
    """Return, for each folder of an ensemble, what the footers of its files must say."""
    return {
        f"{RESULTS}/matrices/{e}": {
            "ensemble": e,
            "fingerprint": ensemble_fingerprint(SimpleNamespace(ensemble=e)),
        }
        for e in ENSEMBLES
    }


rule multiply_matrices:
    input:
        source=ensemble_sources(),
    output:
        draws="<results>/matrices/{ensemble}/draws.parquet",
        paths="<results>/matrices/{ensemble}/paths.parquet",
        eigenvalues="<results>/matrices/{ensemble}/eigenvalues.parquet",
    log:
        "<results>/logs/matrices/{ensemble}.log",
    benchmark:
        "<results>/benchmarks/matrices/{ensemble}.tsv"
    threads: 1
    params:
        spec=ensemble_spec,
        fingerprint=ensemble_fingerprint,
    message:
        "random matrices: {wildcards.ensemble}"
    script:
        "../scripts/multiply_matrices.py"
