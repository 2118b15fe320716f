"""The files of the ledger and the hash of what is frozen in them, for those who need no more."""

import hashlib
import json
from pathlib import Path
from typing import Any

import yaml

AMENDMENTS = "amendments.yaml"
# What is fixed before the data. How a row is explained, shown and linked may still be put better.
FROZEN = ("id", "statement", "family", "arms", "quantities", "rule", "alias_of", "logic",
          "not_testable")  # fmt: skip


def files(folder: Path) -> list[Path]:
    """Return the ledger's files: one a document, a.yaml and so on, and the global amendments."""
    return [*sorted(folder.glob("[a-z].yaml")), folder / AMENDMENTS]


def ledger_sha256(folder: Path) -> str:
    """Return the SHA-256 over what is frozen in the rows of all documents, in hexadecimal."""
    *documents, _ = files(folder)
    frozen = [_frozen(row) for path in documents for row in _rows(path)]
    return hashlib.sha256(json.dumps(frozen, sort_keys=True).encode()).hexdigest()


def _rows(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)["rows"]
    return rows


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in FROZEN if key in row}
