import json
from datetime import UTC, datetime
from pathlib import Path

from initbench.jobs.job import job

with job(snakemake.log[0]):
    from initbench import sealed
    from initbench.environment import environment

    created = datetime.now(UTC).isoformat(timespec="seconds")
    found = {**environment(), "created": created}
    sealed.write_text(Path(snakemake.output[0]), json.dumps(found, indent=2) + "\n")
