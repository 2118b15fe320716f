from pathlib import Path

from initbench.jobs import job

with job(snakemake.log[0]):
    from initbench import io, report

    verdicts = Path(snakemake.input.verdicts)
    claims = Path(snakemake.input.ledger[0]).parent
    inputs = report.load(verdicts.parent, claims, snakemake.params.config, snakemake.params.figures)
    io.write_text(Path(snakemake.output.report), report.render(inputs))
    io.write_text(Path(snakemake.output.verdicts), verdicts.read_text())
