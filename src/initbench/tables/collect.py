"""Join the Parquet files of many jobs into one table each, in one pass, one file in memory.

Snakemake does not notice a truncated, stale or misplaced file, so each footer is compared with
what the grid expects there before anything is joined, and each table with its footer.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from initbench import sealed
from initbench.errors import InitbenchError
from initbench.io import quoted, whole_file
from initbench.tables import schemas, shards

Footer = Mapping[str, str]


def collect(
    expected: Mapping[str, Footer], outputs: Mapping[str, Path], identity: Sequence[str]
) -> None:
    """Write the tables `outputs` from the files of the same names in the folders of `expected`.

    `expected` maps each folder to what the footers of its files must say: the fingerprint, the
    names of the cell, the seeds. InitbenchError names every missing, corrupt, stale or misplaced
    file and the one command that mends it. `identity` names the columns that the last parts of a
    folder's path become; an empty name leaves a part out.
    """
    _refuse_bad(expected, list(outputs))
    if not expected:
        raise InitbenchError("An experiment without runs cannot be collected; give it a grid.")
    for name, path in outputs.items():
        with whole_file(path) as file:
            _join(file, name, map(Path, expected), identity)
        sealed.seal(path)


def _refuse_bad(expected: Mapping[str, Footer], names: Sequence[str]) -> None:
    files = [
        (Path(folder) / f"{name}.parquet", footer)
        for folder, footer in expected.items()
        for name in names
    ]
    bad = {path: fault for path, footer in files if (fault := _fault(path, footer))}
    if bad:
        listed = " ".join(map(quoted, bad))
        raise InitbenchError(
            f"{len(bad)} of {len(files)} files are missing, corrupt or made by other code or "
            f"settings (the first {next(iter(bad.values()))}); "
            f"mend it with: rm -f {listed} && make report"
        )


def _fault(path: Path, expected: Footer) -> str:
    """Return what speaks against a file, by its footer; nothing if it is what belongs there."""
    if not path.exists():
        return "is not there"
    try:
        seen = shards.footer(path)
    except InitbenchError:
        return "is no whole Parquet file"
    wrong = [key for key, value in expected.items() if seen.get(key) != value]
    return "".join(f"is of {key} {seen.get(key)}, not {expected[key]}" for key in wrong[:1])


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
    _check(name, table, path)
    for column, value in zip(identity, folder.parts[-len(identity) :], strict=True):
        if column:
            repeated = pa.array([value] * len(table), pa.string()).dictionary_encode()
            table = table.append_column(column, repeated)
    return table


def _check(name: str, table: pa.Table, path: Path) -> None:
    """Raise InitbenchError unless a job's table has its shape, its seeds and possible numbers."""
    schemas.check(name, table, str(path))
    seeds = shards.footer(path).get("seeds")
    if seeds is not None:
        first, last = map(int, seeds.split("-"))
        schemas.check_seeds(name, table, range(first, last + 1), str(path))
    if name in schemas.OVERFLOWING:
        schemas.check_overflow(name, table, _diverged(path.parent), str(path))


def _diverged(folder: Path) -> list[int]:
    """Return the seeds of a training job that diverged."""
    outcomes = shards.read(folder / "outcomes.parquet")
    seeds: list[int] = outcomes.filter(pc.field("status") == "diverged")["seed"].to_pylist()
    return seeds
