"""Join the Parquet files of many jobs into one table each, in one pass.

Snakemake does not notice a truncated or stale file, so the footers are compared with what the
grid expects before anything is joined.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from initbench import schemas, shards
from initbench.errors import InitbenchError
from initbench.io import write_bytes


def collect(
    expected: Mapping[str, str], outputs: Mapping[str, Path], identity: Sequence[str]
) -> None:
    """Write the tables `outputs` from the files of the same names in the folders of `expected`.

    `expected` maps each folder to the fingerprint that its files must carry; InitbenchError
    names every missing, corrupt or stale file and the one command that mends it. `identity` names
    the columns that the last parts of a folder's path become; an empty name leaves a part out.
    """
    _refuse_bad(expected, list(outputs))
    for name, path in outputs.items():
        write_bytes(path, _join(name, expected, identity))


def _refuse_bad(expected: Mapping[str, str], names: Sequence[str]) -> None:
    bad = [
        path
        for folder, fingerprint in expected.items()
        for path in (Path(folder) / f"{name}.parquet" for name in names)
        if not _good(path, fingerprint)
    ]
    if bad:
        listed = " ".join(f"'{path}'" for path in bad)
        raise InitbenchError(
            f"{len(bad)} of {len(expected) * len(names)} files are missing, corrupt or made "
            f"by other code or settings; mend it with: rm -f {listed} && snakemake -c2"
        )


def _good(path: Path, fingerprint: str) -> bool:
    try:
        return bool(shards.footer(path).get("fingerprint") == fingerprint)
    except InitbenchError:
        return False


def _join(name: str, folders: Mapping[str, str], identity: Sequence[str]) -> memoryview:
    """Return the Parquet bytes of the joined table, one row group a job."""
    sink, writer = pa.BufferOutputStream(), None
    for folder in folders:
        table = _identified(name, Path(folder), identity)
        writer = writer or pq.ParquetWriter(sink, table.schema, **shards.WRITING)
        writer.write_table(table)
    if writer is None:
        raise InitbenchError("An experiment without runs cannot be collected; give it a grid.")
    writer.close()
    return memoryview(sink.getvalue())


def _identified(name: str, folder: Path, identity: Sequence[str]) -> pa.Table:
    """Return the checked table `name` of a job with its identity as dictionary columns."""
    path = folder / f"{name}.parquet"
    table = shards.read(path).replace_schema_metadata(None)
    schemas.check(name, table, str(path))
    for column, value in zip(identity, folder.parts[-len(identity) :], strict=True):
        if column:
            repeated = pa.array([value] * len(table), pa.string()).dictionary_encode()
            table = table.append_column(column, repeated)
    return table
