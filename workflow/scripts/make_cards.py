from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import claims, sealed
    from initbench.cards import cards
    from initbench.tables.read import Tables

    params = snakemake.params
    found = cards(params.inits, params.nets, Tables(Path(params.tables)), params.probes)
    sealed.write_text(Path(snakemake.output[0]), claims.to_json(found))
