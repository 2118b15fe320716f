"""The Parquet files of one training job, with what made them in their footers."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from initbench.errors import InitbenchError
from initbench.io import quoted, write_bytes

KEY = b"initbench"
WRITING = {"compression": "zstd", "write_page_checksum": True}  # a flipped bit shows when read
UNREADABLE = (pa.ArrowException, ValueError, OSError)


def write(table: pa.Table, path: Path, metadata: Mapping[str, Any]) -> None:
    """Write `table` to `path` atomically, with `metadata` as JSON in the footer."""
    text = json.dumps(metadata, sort_keys=True)
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({KEY: text}), sink, **WRITING)
    write_bytes(path, sink.getvalue().to_pybytes())


def footer(path: Path) -> dict[str, Any]:
    """Return the metadata of a Parquet file; InitbenchError if it is missing or corrupt."""
    if not path.exists():
        raise InitbenchError(f"{path} is missing; run snakemake again to make it.")
    try:
        metadata = pq.read_schema(path).metadata or {}
        found: dict[str, Any] = json.loads(metadata.get(KEY, b"{}"))
    except UNREADABLE as error:
        raise corrupt(path) from error
    return found


def read(path: Path) -> pa.Table:
    """Return the table in `path`; InitbenchError if it is missing or corrupt."""
    if not path.exists():
        raise InitbenchError(f"{path} is missing; run snakemake again to make it.")
    try:
        return pq.read_table(path, partitioning=None, page_checksum_verification=True)
    except UNREADABLE as error:
        raise corrupt(path) from error


def corrupt(path: Path) -> InitbenchError:
    """Return the error for a file that is no whole Parquet file."""
    size = os.path.getsize(path)
    return InitbenchError(
        f"{path} ({size} bytes) is not a whole Parquet file; "
        f"delete it (rm {quoted(path)}) and run snakemake again."
    )
