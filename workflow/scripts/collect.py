from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench.tables.collect import collect

    outputs = {name: Path(path) for name, path in snakemake.output.items()}
    collect(snakemake.params.expected, outputs, snakemake.params.identity)
