"""The hash of all that decides a job's numbers: its settings and its source files."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from initbench import architectures, datasets, inits, probes
from initbench.discovery import PACKAGE
from initbench.import_closure import closure, closures


def cell_sources(spec: dict[str, Any]) -> list[Path]:
    """Return the files that the training of one cell depends on: the engine's and its own."""
    files = [
        PACKAGE / "training" / "cell.py",
        inits.source_file(spec["init"]["method"]),
        architectures.source_file(spec["architecture"]["family"]),
        datasets.source_file(spec["dataset"]["source"]),
    ]
    return closures(files)


def probe_sources(spec: dict[str, Any]) -> list[Path]:
    """Return the files that a probe of one init depends on: its measure's and the init's."""
    files = [
        probes.source_file(spec["probe"]["measure"]),
        PACKAGE / "inits" / "__init__.py",
        inits.source_file(spec["init"]["method"]),
    ]
    return closures(files)


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
