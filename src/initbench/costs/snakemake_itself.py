"""What the running Snakemake has used by itself, beside its jobs; told on Linux only."""

import os
from pathlib import Path
from typing import Any

PROCESS = "INITBENCH_SNAKEMAKE"  # names the process of the run to its jobs


def announce() -> None:
    """Let the jobs of this process know it."""
    os.environ[PROCESS] = str(os.getpid())


def so_far(processes: Path = Path("/proc")) -> dict[str, Any] | None:
    """Return seconds since Snakemake started and its processor seconds, without its jobs'.

    None where this cannot be known: on another system, on another machine of a cluster.
    """
    folder = processes / os.environ.get(PROCESS, "none")
    try:
        if b"snakemake" not in (folder / "cmdline").read_bytes():
            return None
        # Behind the name in brackets: fields 14, 15 and 22 of proc(5), in ticks.
        fields = (
            (folder / "stat")
            .read_text(encoding="utf-8", errors="replace")
            .rpartition(")")[2]
            .split()
        )
        alive = float((processes / "uptime").read_text(encoding="utf-8").split()[0])
    except OSError:
        return None
    tick = os.sysconf("SC_CLK_TCK")
    user, system, start = (int(fields[place]) / tick for place in (11, 12, 19))
    return {"seconds": round(alive - start, 1), "processor_seconds": round(user + system, 1)}
