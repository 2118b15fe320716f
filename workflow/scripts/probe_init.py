from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import probes
    from initbench.tables import shards

    table = probes.run(snakemake.params.spec)
    shards.write(table, Path(snakemake.output.values), snakemake.params.footer)
