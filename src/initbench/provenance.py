"""Where a result comes from: source hashes, versions, processor, commit; imports no torch."""

import hashlib
import importlib.metadata
import json
import os
import platform
import re
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from initbench import architectures, at_init, datasets
from initbench.checkout import UNKNOWN, checkout
from initbench.inits import catalogue
from initbench.ledger_files import ledger_sha256
from initbench.sources import PACKAGE, closure

ROOT = PACKAGE.parents[1]
PACKAGES = ("torch", "torchvision", "numpy", "scipy", "pandas", "pyarrow", "statsmodels",
            "scikit-learn", "matplotlib", "seaborn", "jinja2", "snakemake")  # fmt: skip


def cell_sources(spec: dict[str, Any]) -> list[Path]:
    """Return the files that the training of one cell depends on: the engine's and its own."""
    files = [
        PACKAGE / "training" / "cell.py",
        catalogue.source_file(spec["init"]["method"]),
        architectures.source_file(spec["architecture"]["family"]),
        datasets.source_file(spec["dataset"]["source"]),
    ]
    return sorted({source for file in files for source in closure(file)})


def probe_sources(spec: dict[str, Any]) -> list[Path]:
    """Return the files that a probe of one init depends on: its measure's and the init's."""
    files = [
        at_init.source_file(spec["probe"]["measure"]),
        PACKAGE / "inits" / "__init__.py",
        catalogue.source_file(spec["init"]["method"]),
    ]
    return sorted({source for file in files for source in closure(file)})


def matrix_sources() -> list[Path]:
    """Return the files that the measurements of random matrices depend on."""
    return list(closure(PACKAGE / "matrices" / "measurement.py"))


def fingerprint(spec: dict[str, Any], sources: list[Path]) -> str:
    """Return the hash of all that decides a job's numbers: what its names mean and the code."""
    text = json.dumps([spec, [digest(file) for file in sources]], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def digest(file: Path) -> str:
    """Return the sha256 of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


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
