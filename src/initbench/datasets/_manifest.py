"""The manifest beside prepared data: what it holds, where it came from, its checksums."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from initbench.errors import InitbenchError
from initbench.io import quoted, write_text

NAME = "manifest.json"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def describe_labels(train_y: NDArray[Any], test_y: NDArray[Any]) -> dict[str, Any]:
    """Return the manifest's counts and class shares of integer labels (n,), classes from 0.

    Targets of a regression, which are no integers, have no classes.
    """
    labels = {"train": train_y, "test": test_y}
    if not np.issubdtype(train_y.dtype, np.integer):
        counts = {part: len(y) for part, y in labels.items()}
        return {"samples": counts, "classes": 0, "class_shares": {"train": [], "test": []}}
    classes = int(max(y.max() for y in labels.values())) + 1
    return {
        "samples": {part: len(y) for part, y in labels.items()},
        "classes": classes,
        "class_shares": {
            part: (np.bincount(y, minlength=classes) / len(y)).tolist()
            for part, y in labels.items()
        },
    }


def write(folder: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    """Write `manifest` into `folder`, the folder's name being the data set's; return it whole."""
    manifest = {"dataset": folder.name, **manifest}
    write_text(folder / NAME, json.dumps(manifest, indent=2) + "\n")
    return manifest


def read(folder: Path) -> dict[str, Any]:
    """Return the manifest of a prepared folder; InitbenchError if it is missing or unreadable."""
    try:
        manifest = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InitbenchError(f"{folder} holds no {NAME}; {_again(folder)}") from None
    except ValueError as error:
        raise InitbenchError(
            f"{folder / NAME} is not valid JSON ({error}); {_again(folder)}"
        ) from None
    if not (isinstance(manifest, dict) and isinstance(manifest.get("sha256"), dict)):
        raise InitbenchError(f"{folder / NAME} holds no checksums; {_again(folder)}")
    return manifest


def _again(folder: Path) -> str:
    return f"remove the folder (rm -r {quoted(folder)}) and run snakemake again to prepare it."


def verified(folder: Path, name: str) -> Path:
    """Return the path of a prepared file whose bytes match the manifest, else InitbenchError."""
    path, expected = folder / name, str(read(folder)["sha256"].get(name, "no checksum"))
    seen = sha256(path) if path.is_file() else "no file"
    if seen != expected:
        raise InitbenchError(
            f"{path} does not match its manifest (found {seen[:12]}, expected {expected[:12]}); "
            f"{_again(folder)}"
        )
    return path
