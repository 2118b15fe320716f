"""Where a result comes from: versions, processor, commit; imports no torch."""

import importlib.metadata
import os
import platform
import re
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from initbench.checkout import UNKNOWN, checkout
from initbench.discovery import ROOT
from initbench.ledger_hash import ledger_sha256

PACKAGES = ("torch", "torchvision", "numpy", "scipy", "pandas", "pyarrow", "statsmodels",
            "scikit-learn", "matplotlib", "seaborn", "jinja2", "snakemake")  # fmt: skip


@cache
def environment() -> dict[str, Any]:
    """Return versions, processor and commit, as plain data; what cannot be told is "unknown"."""
    return {
        "python": platform.python_version(),
        "platform": _told(platform.platform),
        "processor": _told(_processor),
        "cores": os.cpu_count() or 1,
        "packages": {name: _told(importlib.metadata.version, name) for name in PACKAGES},
        **asdict(checkout(ROOT)),
        "ledger_sha256": _told(ledger_sha256, ROOT / "workflow" / "claims"),
    }


def _told(ask: Callable[..., str], *words: Any) -> str:
    """Return what `ask` tells; a run that has trained is not lost for want of a version."""
    try:
        return ask(*words) or UNKNOWN
    except Exception:
        return UNKNOWN


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    text = info.read_text(encoding="utf-8", errors="replace") if info.exists() else ""
    names = re.findall(r"^model name\s*: *(.*\S)", text, re.MULTILINE)
    return names[0] if names else platform.processor()
