"""Single flipped bits in what a run has left: the next reader notices, or reads the same."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from faults import child, package
from faults.ground import EXPECTED, Ground
from faults.verdict import Case, Verdict, raised
from workflow_grid import ROOT

SECONDS = 20.0
BATCH = 10  # flips tried in one child
SHARDS = ("curves", "layers", "outcomes")


def cases(ground: Ground) -> Iterator[Case]:
    """Yield flips for ever: of a bit in a shard, a collected table or prepared data."""
    package.warm_up()
    stream, folder = ground.random("bits"), ground.copy("flipped")
    datasets_part(folder)
    parts = {kind: (sorted((folder / place).rglob("*.*")), read(folder), read)
             for kind, (place, read) in READERS.items()}  # fmt: skip
    for start in count(0, BATCH):
        flips = [_drawn(stream, parts) for _ in range(BATCH)]
        for number, (flip, verdict) in enumerate(
            zip(flips, _batch(flips, folder), strict=True), start
        ):
            name = f"{number}: {flip.kind} {flip.path.relative_to(folder)}, bit {flip.bit}"
            yield Case(name, lambda verdict=verdict: verdict)


def _drawn(stream: random.Random, parts: dict[str, Any]) -> "Flip":
    kind = stream.choice(list(parts))
    paths, expected, read = parts[kind]
    path = stream.choice(paths)
    return Flip(kind, path, stream.randrange(8 * path.stat().st_size), expected, read)


def _batch(flips: "list[Flip]", folder: Path) -> list[Verdict]:
    """Try flips in one child; where it dies of one, each in a child of its own."""
    ended = child.run(lambda: [flip.tried(folder) for flip in flips], SECONDS * len(flips))
    if ended.answer is not None:
        return list(ended.answer)
    return [child.judged(lambda flip=flip: flip.tried(folder), SECONDS, folder) for flip in flips]


@dataclass(frozen=True)
class Flip:
    """A bit of a file, and what `read` must find, or refuse, once it is another."""

    kind: str
    path: Path
    bit: int
    expected: Any
    read: Callable[[Path], Any]

    def tried(self, folder: Path) -> Verdict:
        """Flip the bit, read, and put the file right again."""
        content = flip(self.path, self.bit)
        try:
            found = self.read(folder)
        except Exception as error:
            return raised(error, folder, [self.path.name, self.path.parent.name])
        finally:
            self.path.write_bytes(content)
        if found != self.expected:
            return Verdict("lost", f"other content passes: {self.path.name}")
        return Verdict("survived", "the same content")


def flip(path: Path, bit: int) -> bytes:
    """Flip a bit of a file; return the bytes that it had."""
    content = path.read_bytes()
    place, mask = bit // 8, 1 << bit % 8
    path.write_bytes(content[:place] + bytes([content[place] ^ mask]) + content[place + 1 :])
    return content


def _collected(folder: Path) -> list[Any]:
    """Collect the shards as the workflow does; return the content of the tables."""
    expected = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))
    outputs = {name: folder / f"collected/{name}.parquet" for name in SHARDS}
    package.collect({str(folder / run): footer for run, footer in expected.items()}, outputs)
    return [_content(path) for path in outputs.values()]


def _tables(folder: Path) -> list[Any]:
    """Return the content of the collected tables, as all that comes after reads them."""
    frames = package.tables(folder / "results/tables")
    return [repr(frame.to_dict("list")) for frame in frames]


def _content(path: Path) -> str:
    import pyarrow.parquet as pq

    return repr(pq.read_table(path, partitioning=None).to_pydict())


PART = {"source": "mnist_subset", "train": 100, "test": 100, "mean": 0.13, "std": 0.3}


def datasets_part(folder: Path) -> None:
    """Prepare a set of images in the run's folder."""
    package.prepare(PART, ROOT / "data", folder / "results/data/part")


def _data(folder: Path) -> list[Any]:
    """Return what training gets of the prepared images, and what the report says of them."""
    split = package.load(PART, folder / "results/data/part", [0])
    parts = (split.train_x, split.train_y, split.test_x, split.test_y)
    return [[part.tobytes() for part in parts], package.described(folder / "results/data/part")]


READERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "shard": ("results/runs", _collected),
    "table": ("results/tables", _tables),
    "data": ("results/data/part", _data),
}
