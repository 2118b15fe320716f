"""Join the Parquet files of an experiment's jobs into its three tables, in one pass.

Snakemake does not notice a truncated or stale file, so the footers are compared with what the
grid expects before anything is joined.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from initbench import schemas, shards
from initbench.errors import InitbenchError
from initbench.io import write_bytes

IDENTITY = ("dataset", "architecture", "init")


def collect(expected: Mapping[str, str], outputs: Mapping[str, Path]) -> None:
    """Write the tables `outputs` (curves, layers, outcomes) from the run folders of `expected`.

    `expected` maps each folder to the fingerprint that its files must carry; InitbenchError
    names every missing, corrupt or stale file and the one command that mends it.
    """
    _refuse_bad(expected)
    for name, path in outputs.items():
        write_bytes(path, _join(name, expected))


def _refuse_bad(expected: Mapping[str, str]) -> None:
    bad = [
        path
        for folder, fingerprint in expected.items()
        for path in (Path(folder) / f"{name}.parquet" for name in shards.NAMES)
        if not _good(path, fingerprint)
    ]
    if bad:
        names = " ".join(f"'{path}'" for path in bad)
        raise InitbenchError(
            f"{len(bad)} of {len(expected) * len(shards.NAMES)} files are missing, corrupt or made "
            f"by other code or settings; mend it with: rm -f {names} && snakemake -c2"
        )


def _good(path: Path, fingerprint: str) -> bool:
    try:
        return bool(shards.footer(path).get("fingerprint") == fingerprint)
    except InitbenchError:
        return False


def _join(name: str, folders: Mapping[str, str]) -> memoryview:
    """Return the Parquet bytes of the joined table, one row group a job."""
    sink, writer = pa.BufferOutputStream(), None
    for table in _tables(name, folders):
        writer = writer or pq.ParquetWriter(sink, table.schema, **shards.WRITING)
        writer.write_table(table)
    if writer is None:
        raise InitbenchError("An experiment without runs cannot be collected; give it a grid.")
    writer.close()
    return memoryview(sink.getvalue())


def _tables(name: str, folders: Mapping[str, str]) -> Iterator[pa.Table]:
    for folder in folders:
        path = Path(folder) / f"{name}.parquet"
        table = shards.read(path).replace_schema_metadata(None)
        schemas.check(name, table.to_pandas(), str(path))
        dataset, architecture, init = path.parts[-5:-2]
        for column, value in zip(IDENTITY, (dataset, architecture, init), strict=True):
            repeated = pa.array([value] * len(table), pa.string()).dictionary_encode()
            table = table.append_column(column, repeated)
        yield table
