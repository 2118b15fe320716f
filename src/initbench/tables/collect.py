"""Join the Parquet files of many jobs into one table each, in one pass, one file in memory.

Snakemake does not notice a truncated or stale file, so the footers are compared with what the
grid expects before anything is joined.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from initbench.errors import InitbenchError
from initbench.io import whole_file
from initbench.tables import schemas, shards


def collect(
    expected: Mapping[str, str], outputs: Mapping[str, Path], identity: Sequence[str]
) -> None:
    """Write the tables `outputs` from the files of the same names in the folders of `expected`.

    `expected` maps each folder to the fingerprint that its files must carry; InitbenchError
    names every missing, corrupt or stale file and the one command that mends it. `identity` names
    the columns that the last parts of a folder's path become; an empty name leaves a part out.
    """
    _refuse_bad(expected, list(outputs))
    if not expected:
        raise InitbenchError("An experiment without runs cannot be collected; give it a grid.")
    for name, path in outputs.items():
        with whole_file(path) as file:
            _join(file, name, map(Path, expected), identity)


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
            f"by other code or settings; mend it with: rm -f {listed} && make report"
        )


def _good(path: Path, fingerprint: str) -> bool:
    try:
        return bool(shards.footer(path).get("fingerprint") == fingerprint)
    except InitbenchError:
        return False


def _join(file: BinaryIO, name: str, folders: Iterator[Path], identity: Sequence[str]) -> None:
    """Write the joined table `name` to `file`, one row group a job."""
    table = _identified(name, next(folders), identity)
    with pq.ParquetWriter(file, table.schema, **shards.WRITING) as writer:
        writer.write_table(table)
        for folder in folders:
            writer.write_table(_identified(name, folder, identity))


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
