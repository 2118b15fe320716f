"""The files of the ledger and their hash, for those who need no more of it than that."""

import hashlib
from pathlib import Path

AMENDMENTS = "amendments.yaml"


def files(folder: Path) -> list[Path]:
    """Return the ledger's files: one a document, a.yaml and so on, and the global amendments."""
    return [*sorted(folder.glob("[a-z].yaml")), folder / AMENDMENTS]


def ledger_sha256(folder: Path) -> str:
    """Return the SHA-256 over the names and bytes of the ledger's files, in hexadecimal."""
    digest = hashlib.sha256()
    for path in files(folder):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()
