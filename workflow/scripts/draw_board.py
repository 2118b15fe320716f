import json
from pathlib import Path

from initbench.jobs import job

with job(snakemake.log[0]):
    from initbench import sealed
    from initbench.figures import save, save_png
    from initbench.figures.board import draw_board

    drawing = draw_board(json.loads(sealed.read_text(Path(snakemake.input.verdicts))))
    save(drawing, Path(snakemake.output.svg), Path(snakemake.output.svg).with_suffix(".csv"))
    save_png(drawing, Path(snakemake.output.png))
