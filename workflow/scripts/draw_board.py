import json
from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import sealed
    from initbench.claims import ledger
    from initbench.figures.kit.save import save, save_png
    from initbench.figures.pipeline.verdict_board import draw_board

    documents = ledger.load(Path(snakemake.params.ledger)).documents
    about = {document.key: document.about for document in documents}
    verdicts = json.loads(sealed.read_text(Path(snakemake.input.verdicts)))
    drawing = draw_board(verdicts, about)
    save(drawing, Path(snakemake.output.svg), Path(snakemake.output.svg).with_suffix(".csv"))
    save_png(drawing, Path(snakemake.output.png))
