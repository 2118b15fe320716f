from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import claims, io

    ledger = claims.load(Path(snakemake.input.ledger[0]).parent)
    evidence = {}
    for path in snakemake.input.evidence:
        evidence |= claims.evidence_from_json(Path(path).read_text(encoding="utf-8"))
    verdicts = [verdict.to_dict() for verdict in claims.judge(ledger, evidence)]
    io.write_text(Path(snakemake.output[0]), claims.to_json(verdicts))
