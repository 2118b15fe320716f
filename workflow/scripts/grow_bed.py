from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import claims, sealed
    from initbench.controls.growth import grow, write
    from initbench.tables.read import Tables

    ledger = claims.load(Path(snakemake.params.ledger))
    rows = [ledger.row(claim) for claim in snakemake.params.claims]
    full = claims.evidence_from_json(sealed.read_text(Path(snakemake.input.evidence)))
    tables = Tables(Path(snakemake.params.tables))
    grown = grow(rows, tables, full, snakemake.params.counts, snakemake.params.first)
    sealed.write_text(Path(snakemake.output[0]), write(grown))
