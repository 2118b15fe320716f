"""Damaged files of image sets: each refused in one sentence that names the file or the set."""

import gzip
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from faults import child, package
from faults.ground import Ground
from faults.texts import remove
from faults.verdict import Case, Verdict
from workflow_grid import ROOT

SECONDS = 60.0
NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
         "t10k-labels-idx1-ubyte")  # fmt: skip
FASHION = {"source": "torchvision", "name": "FashionMNIST", "mean": 0.3, "std": 0.3}
PART = {"source": "mnist_subset", "train": 100, "test": 100, "mean": 0.13, "std": 0.3}
RAW = Path("FashionMNIST/raw")
Damage = Callable[[Path], Any]


def _edit(start: int, new: bytes) -> Damage:
    """Return the damage that writes `new` at a byte of a file."""

    def damage(path: Path) -> None:
        content = path.read_bytes()
        path.write_bytes(content[:start] + new + content[start + len(new) :])

    return damage


def _cut(share: float) -> Damage:
    return lambda path: path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def _packed(path: Path) -> None:
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()


def _swapped(path: Path) -> None:
    other = path.with_name(NAMES[(NAMES.index(path.name) + 1) % 4])
    content = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(content)


def _counts(change: int) -> Damage:
    """Return the damage that says another number of samples than there are."""

    def damage(path: Path) -> None:
        number = int.from_bytes(path.read_bytes()[4:8], "big") + change
        _edit(4, number.to_bytes(4, "big"))(path)

    return damage


def _shorter(path: Path) -> None:
    """Leave out the last ten samples, soundly: the set's two files no longer agree."""
    content = path.read_bytes()
    number = int.from_bytes(content[4:8], "big")
    head = 16 if "images" in path.name else 8
    size = (len(content) - head) // number
    path.write_bytes(content[:4] + (number - 10).to_bytes(4, "big") + content[8 : -10 * size])


DAMAGES: dict[str, Damage] = {
    "missing": Path.unlink,
    "empty": _cut(0),
    "cut in the header": lambda path: path.write_bytes(path.read_bytes()[:6]),
    "half": _cut(0.5),
    "one byte short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "one byte more": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "another magic": _edit(0, b"\xff"),
    "another type": _edit(2, b"\x0d"),
    "more dimensions": _edit(3, b"\x09"),
    "no dimension": _edit(3, b"\x00"),
    "a sample less in the header": _counts(-1),
    "a sample more in the header": _counts(+1),
    "no sample": _edit(4, b"\0\0\0\0"),
    "2**31 samples": _edit(4, b"\x80\0\0\0"),
    "ten samples fewer": _shorter,
    "another first size": _edit(8, b"\0\0\0\x0e"),
    "label or pixel 255": _edit(-2, b"\xff"),
    "text": lambda path: path.write_text("404 Not Found", encoding="utf-8"),
    "a folder": _folder,
    "a link to itself": _circle,
    "packed only": _packed,
    "swapped with the next": _swapped,
    "unreadable": lambda path: path.chmod(0),
}
# A pixel says 255 rightly, and root reads everything.
HARMLESS = {("label or pixel 255", name) for name in NAMES if "images" in name}
if os.geteuid() == 0:
    HARMLESS |= {("unreadable", name) for name in NAMES}
FLIPS = 12  # single bytes of the packed files that the project carries


def cases(ground: Ground) -> Iterator[Case]:
    """Yield the damages of every file in a random order, then those of the carried files."""
    package.warm_up()
    stream = ground.random("images")
    found = [(what, name) for what in DAMAGES for name in NAMES]
    stream.shuffle(found)
    carried = [_flipped(ground, stream.choice(NAMES), stream.random()) for _ in range(FLIPS)]
    for k, (what, name) in enumerate(found):
        yield Case(f"FashionMNIST {name}: {what}", partial(_attempt, ground, what, name))
        if k < FLIPS:
            yield carried[k]


def lay_small(folder: Path) -> None:
    """Write a sound little FashionMNIST, unpacked, as torchvision expects it."""
    stream = np.random.RandomState(3)
    folder.mkdir(parents=True)
    for name, number in zip(NAMES, (60, 60, 30, 30), strict=True):
        shape = (number, 28, 28) if "images" in name else (number,)
        head = bytes([0, 0, 8, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape)
        values = np.arange(number) % 10 if len(shape) == 1 else stream.randint(0, 256, shape)
        (folder / name).write_bytes(head + values.astype(np.uint8).tobytes())


def _attempt(ground: Ground, what: str, name: str) -> Verdict:
    data, out = ground.folder / "images", ground.folder / "prepared"
    lay_small(data / RAW)
    DAMAGES[what](data / RAW / name)
    words = [name, "FashionMNIST"]
    try:
        harmless = (what, name) in HARMLESS
        work = partial(_prepared, FASHION, data, out, harmless)
        return child.judged(work, SECONDS, ground.folder, words)
    finally:
        remove(data), remove(out)


def _prepared(spec: dict[str, Any], data: Path, out: Path, harmless: bool) -> Verdict:
    """Prepare and load a set without network; what is not refused must be harmless."""
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        os.environ[proxy] = "http://127.0.0.1:9"  # nobody listens there
    package.prepare(spec, data, out)
    package.load(spec, out, [0])
    return Verdict("survived" if harmless else "lost", "accepted")


def _flipped(ground: Ground, name: str, place: float) -> Case:
    """Return the case of another byte in a packed file that the project carries."""

    def run() -> Verdict:
        data, out = ground.folder / "images", ground.folder / "prepared"
        shutil.copytree(ROOT / "data/mnist", data / "mnist")
        path = data / "mnist" / f"{name}.gz"
        sound = gzip.decompress(path.read_bytes())
        at = int(place * path.stat().st_size)
        _edit(at, bytes([path.read_bytes()[at] ^ 0x10]))(path)
        try:
            harmless = _unpacks_to(path, sound)
            work = partial(_prepared, PART, data, out, harmless)
            return child.judged(work, SECONDS, ground.folder, [name])
        finally:
            remove(data), remove(out)

    return Case(f"carried {name}.gz, byte at {place:.4f}", run)


def _unpacks_to(path: Path, sound: bytes) -> bool:
    try:
        return gzip.decompress(path.read_bytes()) == sound
    except Exception:
        return False
