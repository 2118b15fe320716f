from pathlib import Path

from initbench.jobs import job

with job(snakemake.log[0]):
    from initbench import claims, io
    from initbench.tables import Tables

    ledger = claims.load(Path(snakemake.input.ledger[0]).parent)
    tables = Tables(Path(snakemake.params.tables))
    evidence = claims.measure(map(ledger.row, snakemake.params.claims), tables)
    io.write_text(Path(snakemake.output[0]), claims.evidence_to_json(evidence))
