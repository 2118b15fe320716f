from pathlib import Path

from initbench.jobs import job

with job(snakemake.log[0]):
    from initbench.collect import collect

    outputs = {name: Path(path) for name, path in snakemake.output.items()}
    collect(snakemake.params.expected, outputs, snakemake.params.identity)
