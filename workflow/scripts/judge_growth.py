from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import claims, sealed
    from initbench.controls.growth import judge_growth, read

    ledger = claims.load(Path(snakemake.params.ledger))
    full = {}
    for path in snakemake.input.evidence:
        full |= claims.evidence_from_json(sealed.read_text(Path(path)))
    grown = read(Path(path) for path in snakemake.input.grown)
    sealed.write_text(Path(snakemake.output[0]), claims.to_json(judge_growth(ledger, full, grown)))
