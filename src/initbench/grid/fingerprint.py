"""Where a result comes from: source hashes, versions, processor, commit; imports no torch."""

import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from initbench import architectures, datasets
from initbench import probes as at_init
from initbench.import_closure import PACKAGE, closure
from initbench.inits import _catalogue as catalogue
from initbench.ledger_hash import ledger_sha256

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
