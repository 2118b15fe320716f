import json
from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import claims, io
    from initbench.report.manifest import manifest

    path = Path(snakemake.input.verdicts)
    verdicts = json.loads(path.read_text(encoding="utf-8"))
    environment = json.loads(Path(snakemake.input.environment).read_text(encoding="utf-8"))
    needs, figures = snakemake.params.needs, snakemake.params.figures
    found = manifest(path.parent, needs, figures, verdicts, environment)
    io.write_text(Path(snakemake.output[0]), claims.to_json(found))
