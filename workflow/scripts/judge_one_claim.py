from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import claims, sealed
    from initbench.claims.ledger import cited
    from initbench.tables.read import Tables

    ledger = claims.load(Path(snakemake.params.ledger))
    claim = snakemake.wildcards.claim
    tables, there = Tables(Path(snakemake.params.tables)), snakemake.params.beside
    evidence = claims.measure(cited(ledger, claim), tables, there=there)
    verdict = next(v for v in claims.judge(ledger, evidence) if v.id == claim)
    note = "judged alone: the correction over the family's rows needs the full run"
    sealed.write_text(
        Path(snakemake.output[0]), claims.to_json({**verdict.to_dict(), "note": note})
    )
