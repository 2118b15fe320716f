"""Where a result comes from: versions, processor, commit; imports no torch."""

import importlib.metadata
import os
import platform
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from initbench.discovery import ROOT
from initbench.ledger_hash import ledger_sha256

PACKAGES = ("torch", "torchvision", "numpy", "scipy", "pandas", "pyarrow", "statsmodels",
            "scikit-learn", "matplotlib", "seaborn", "jinja2", "snakemake")  # fmt: skip


@cache
def environment() -> dict[str, Any]:
    """Return versions, processor and commit, as plain data."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "commit": _git("rev-parse", "HEAD"),
        "committed": _git("show", "--no-patch", "--format=%cs", "HEAD"),
        "dirty": bool(_git("status", "--porcelain")),
        "ledger_sha256": ledger_sha256(ROOT / "workflow" / "claims"),
    }


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _git(*words: str) -> str:
    try:
        done = subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, timeout=20, check=False
        )
    except OSError:  # no git on this machine
        return ""
    return done.stdout.strip()
