from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench.training.job import run

    first, last = map(int, snakemake.wildcards.seeds.split("-"))
    identity = {**dict(snakemake.wildcards), "fingerprint": snakemake.params.fingerprint}
    run(
        snakemake.params.spec,
        Path(snakemake.input.data).parent,
        range(first, last + 1),
        identity,
        {name: Path(path) for name, path in snakemake.output.items()},
    )
