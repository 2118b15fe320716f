from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import claims, sealed

    ledger = claims.load(Path(snakemake.params.ledger))
    evidence = {}
    for path in snakemake.input.evidence:
        evidence |= claims.evidence_from_json(sealed.read_text(Path(path)))
    verdicts = [verdict.to_dict() for verdict in claims.judge(ledger, evidence)]
    sealed.write_text(Path(snakemake.output[0]), claims.to_json(verdicts))
