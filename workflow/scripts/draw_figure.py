from pathlib import Path

from initbench.jobs import job

with job(snakemake.log[0]):
    from initbench.figures import find, save
    from initbench.tables import Tables

    drawing = find(snakemake.wildcards.figure).draw(Tables(Path(snakemake.params.tables)))
    save(drawing, Path(snakemake.output.svg), Path(snakemake.output.csv))
