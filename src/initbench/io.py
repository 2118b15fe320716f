"""Files that are either whole or absent, however a run ends."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open `path` to be written by the body, making its folder.

    A reader sees the old file until the body has ended well, then the new one.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Host and process in the name: two machines on one file system never share a temporary.
    host = "".join(c if c.isalnum() or c in "-._" else "_" for c in socket.gethostname())[:64]
    temporary = path.with_name(f".{path.name}.{host}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Write `data` to `path`, making its folder; a reader sees the old file or the new one."""
    with whole_file(path) as file:
        file.write(data)


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` in UTF-8 with its newlines as they are, as `write_bytes` does."""
    write_bytes(path, text.encode("utf-8"))


def quoted(path: object) -> str:
    """Return `path` as a shell wants it in a command to be copied, always in quotation marks."""
    return "'" + str(path).replace("'", "'\\''") + "'"
