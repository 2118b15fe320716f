from pathlib import Path

from initbench.jobs import job

with job(snakemake.log[0]):
    from initbench import at_init, shards

    table = at_init.run(snakemake.params.spec)
    shards.write(table, Path(snakemake.output.values), snakemake.params.footer)
