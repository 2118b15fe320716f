from pathlib import Path

from initbench.jobs import job

with job(snakemake.log[0]):
    from initbench import claims, io
    from initbench.controls.false_positives import false_positives
    from initbench.controls.judged import judged
    from initbench.controls.null import summaries
    from initbench.controls.rates import both_rates
    from initbench.tables import Tables

    ledger = claims.load(Path(snakemake.input.ledger[0]).parent)
    tables, experiments = Tables(Path(snakemake.params.tables)), snakemake.params.experiments
    evidence = {}
    for path in snakemake.input.evidence:
        evidence |= claims.evidence_from_json(Path(path).read_text(encoding="utf-8"))
    found = {
        "judged": judged(tables, experiments),
        "p_values": summaries(tables, experiments),
        "false_positives": false_positives(tables, experiments),
        "rates": both_rates(ledger.rows, evidence),
    }
    io.write_text(Path(snakemake.output[0]), claims.to_json(found))
