"""Files with their checksum beside them, so that a bit that flips later shows at the reading."""

import hashlib
from pathlib import Path

from initbench import io
from initbench.errors import InitbenchError


def seal(path: Path) -> None:
    """Write the SHA-256 of the file `path` beside it, in the form of `sha256sum`."""
    io.write_text(_seal_of(path), f"{_digest(path.read_bytes())}  {path.name}\n")


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` in UTF-8, and seal it."""
    io.write_text(path, text)
    seal(path)


def read_bytes(path: Path) -> bytes:
    """Return the bytes of `path`; InitbenchError if they are not those that were sealed.

    A file that has no seal is read as it is.
    """
    data = path.read_bytes()
    if (seal := _seal_of(path)).exists() and seal.read_bytes().split()[:1] != [
        _digest(data).encode()
    ]:
        raise InitbenchError(
            f"{path} is not as it was written, by the checksum beside it; delete both "
            f"(rm -f {io.quoted(path)} {io.quoted(seal)}) and run snakemake again."
        )
    return data


def read_text(path: Path) -> str:
    """Return the text of `path`; raises InitbenchError as `read_bytes` does."""
    return read_bytes(path).decode("utf-8")


def _seal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
