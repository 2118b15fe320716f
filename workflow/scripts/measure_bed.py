from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import claims, sealed
    from initbench.tables.read import Tables

    ledger = claims.load(Path(snakemake.params.ledger))
    tables = Tables(Path(snakemake.params.tables))
    rows = map(ledger.row, snakemake.params.claims)
    evidence = claims.measure(rows, tables, there=snakemake.params.beside)
    sealed.write_text(Path(snakemake.output[0]), claims.evidence_to_json(evidence))
