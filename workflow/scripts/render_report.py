from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import report

    results = Path(snakemake.input.verdicts).parent
    claims = Path(snakemake.params.ledger)
    inputs = report.load(results, claims, snakemake.params.config, snakemake.params.figures)
    folder = Path(snakemake.output.report).parent
    report.write_bundle(folder, inputs, results / "figures", report.render(inputs))
