from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import datasets

    folder = Path(snakemake.output.manifest).parent
    datasets.prepare(
        snakemake.params.spec, Path(snakemake.params.folder), folder, snakemake.params.seed
    )
