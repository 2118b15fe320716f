from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench.figures.kit.registry import find
    from initbench.figures.kit.save import save
    from initbench.tables.read import Tables

    drawing = find(snakemake.wildcards.figure).draw(Tables(Path(snakemake.params.tables)))
    save(drawing, Path(snakemake.output.svg), Path(snakemake.output.csv))
