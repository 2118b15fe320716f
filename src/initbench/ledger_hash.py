"""The files of the documents and the hash of what is frozen in them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

# What is fixed before the data. How a row is explained, shown and linked may still be put better.
FROZEN = ("id", "statement", "bed", "holm_family", "arms", "quantities", "rule", "alias_of",
          "logic", "not_testable")  # fmt: skip


def documents(folder: Path) -> list[Path]:
    """Return the files of the documents: every YAML file of the subfolder documents, sorted."""
    return sorted((folder / "documents").glob("*.yaml"))


def ledger_sha256(folder: Path) -> str:
    """Return the SHA-256 over what is frozen in the rows of all documents, in hexadecimal."""
    return _sha256([_frozen(row) for path in documents(folder) for row in _rows(path)])


def rules_sha256(folder: Path) -> dict[str, str]:
    """Return by claim the SHA-256 over what decides how it is measured."""
    rows = (row for path in documents(folder) for row in _rows(path))
    return {row["id"]: _sha256([row.get("quantities"), row.get("rule")]) for row in rows}


def _sha256(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _rows(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["rows"]
    return rows


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in FROZEN if key in row}
