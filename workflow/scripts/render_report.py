from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import io, report

    results = Path(snakemake.input.verdicts).parent
    claims = Path(snakemake.input.ledger[0]).parent
    inputs = report.load(results, claims, snakemake.params.config, snakemake.params.figures)
    page = Path(snakemake.output.report)
    report.write_bundle(page.parent, inputs, results / "figures")
    io.write_text(page, report.render(inputs))
