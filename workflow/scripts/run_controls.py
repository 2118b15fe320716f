from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import claims, sealed
    from initbench.controls.false_positives import false_positives
    from initbench.controls.judged import judged
    from initbench.controls.null import summaries
    from initbench.controls.rates import both_rates
    from initbench.statistics.coverage import coverage_table
    from initbench.tables.read import Tables

    ledger = claims.load(Path(snakemake.params.ledger))
    tables, experiments = Tables(Path(snakemake.params.tables)), snakemake.params.experiments
    evidence = {}
    for path in snakemake.input.evidence:
        evidence |= claims.evidence_from_json(sealed.read_text(Path(path)))
    found = {
        "judged": judged(tables, experiments),
        "p_values": summaries(tables, experiments),
        "false_positives": false_positives(tables, experiments),
        "coverage": [row.to_dict() for row in coverage_table()],
        "rates": both_rates(ledger.rows, evidence),
    }
    sealed.write_text(Path(snakemake.output[0]), claims.to_json(found))
