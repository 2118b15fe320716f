import json
from pathlib import Path

from initbench.jobs import job

with job(snakemake.log[0]):
    from initbench import io
    from initbench.costs import costs

    found = costs(Path(snakemake.output[0]).parent)
    io.write_text(Path(snakemake.output[0]), json.dumps(found, indent=2) + "\n")
