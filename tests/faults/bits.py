"""Single flipped bits in what a run has left: the next reader notices, or reads the same."""

import json
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from faults import child
from faults.ground import Ground
from faults.texts import remove
from faults.verdict import Case, Verdict

SECONDS = 20.0
SHARDS = ("curves", "layers", "outcomes")


def cases(ground: Ground) -> Iterator[Case]:
    """Yield flips for ever: of a bit in a shard, a collected table or prepared data."""
    import pandas as pd  # noqa: F401
    from initbench import collect, datasets, schemas  # noqa: F401  # once, not in each child

    stream = ground.random("bits")
    folder = Path(ground.copy("flipped"))
    shards = sorted((folder / "results/runs").rglob("*.parquet"))
    tables = sorted((folder / "results/tables").rglob("*.parquet"))
    arrays = sorted(_images(ground, folder / "results/data/part").iterdir())
    readers = {"shard": (shards, _collected), "table": (tables, _tables), "data": (arrays, _data)}
    for number in count():
        kind = stream.choice(list(readers))
        paths, reader = readers[kind]
        path = stream.choice(paths)
        bit = stream.randrange(8 * path.stat().st_size)
        name = f"{number}: {kind} {path.relative_to(folder)}, bit {bit}"
        work = partial(_attempt, folder, path, bit, reader)
        yield Case(name, lambda work=work: child.judged(work, SECONDS, folder))


def flip(path: Path, bit: int) -> bytes:
    """Flip a bit of a file; return the bytes that it had."""
    content = path.read_bytes()
    place, mask = bit // 8, 1 << bit % 8
    path.write_bytes(content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :])
    return content


def _attempt(folder: Path, path: Path, bit: int, reader: Any) -> Verdict:
    expected = reader(folder)
    content = flip(path, bit)
    try:
        found = reader(folder)
    finally:
        path.write_bytes(content)
    if found != expected:
        return Verdict("lost", f"other content passes: {path.name}")
    return Verdict("survived", "the same content")


def _collected(folder: Path) -> list[Any]:
    """Collect the shards as the workflow does; return the content of the tables."""
    from initbench import shards
    from initbench.collect import collect

    runs = sorted({path.parent for path in (folder / "results/runs").rglob("*.parquet")})
    # A reader that trusts the footers would be fooled: what they must hold is kept beside.
    known = folder / "footers.json"
    if not known.exists():
        known.write_text(json.dumps({str(run): shards.footer(run / "curves.parquet")["fingerprint"]
                                     for run in runs}))  # fmt: skip
    outputs = {name: folder / f"collected/{name}.parquet" for name in SHARDS}
    collect(json.loads(known.read_text()), outputs, ["dataset", "architecture", "init", ""])
    return [_content(path) for path in outputs.values()]


def _tables(folder: Path) -> list[Any]:
    """Return the content of the collected tables, as all that comes after reads them."""
    from initbench.tables import Tables

    tables = Tables(folder / "results/tables")
    frames = (tables.curves("tiny"), tables.layers("tiny"), tables.outcomes("tiny"))
    return [repr(frame.to_dict("list")) for frame in frames]


def _content(path: Path) -> str:
    import pyarrow.parquet as pq

    return repr(pq.read_table(path, partitioning=None).to_pydict())


def _images(ground: Ground, folder: Path) -> Path:
    """Return a prepared folder of images."""
    from initbench import datasets

    remove(folder)
    datasets.prepare(PART, Path(ground.folder / "carried"), folder)
    return folder


PART = {"source": "mnist_subset", "train": 100, "test": 100, "mean": 0.13, "std": 0.3}


def _data(folder: Path) -> list[Any]:
    """Return what training gets of the prepared images, and what the report says of them."""
    from initbench import datasets
    from initbench.datasets import manifest

    split = datasets.load(PART, folder / "results/data/part", [0])
    parts = (split.train_x, split.train_y, split.test_x, split.test_y)
    return [[part.tobytes() for part in parts], manifest.read(folder / "results/data/part")]
