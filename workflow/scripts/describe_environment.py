import json
from datetime import UTC, datetime
from pathlib import Path

from initbench.jobs import job

with job(snakemake.log[0]):
    from initbench import provenance, sealed

    created = datetime.now(UTC).isoformat(timespec="seconds")
    found = {**provenance.environment(), "created": created}
    sealed.write_text(Path(snakemake.output[0]), json.dumps(found, indent=2) + "\n")
