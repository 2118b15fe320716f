import json
from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import claims, sealed
    from initbench.report.manifest import manifest

    path = Path(snakemake.input.verdicts)
    verdicts = json.loads(sealed.read_text(path))
    environment = json.loads(sealed.read_text(Path(snakemake.input.environment)))
    needs, figures = snakemake.params.needs, snakemake.params.figures
    found = manifest(path.parent, needs, figures, verdicts, environment)
    sealed.write_text(Path(snakemake.output[0]), claims.to_json(found))
