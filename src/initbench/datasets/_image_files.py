"""Whether the files of an image set, in torchvision's layout, are there and whole.

torchvision says "not found or corrupted" for either, and does not compare images with labels.
"""

import hashlib
import math
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from initbench.errors import InitbenchError
from initbench.io import quoted

UNSIGNED_BYTES = 8  # the type in the third byte of an IDX file; the fourth is the number of axes
IMAGES, LABELS = 3, 1  # axes


def are_there(kind: Any, root: Path) -> bool:
    """Tell whether the files of `kind`, a class of torchvision.datasets, lie whole below `root`.

    False if none is there; InitbenchError names a file that is missing beside others, still packed
    or damaged, and what to do.
    """
    packed = hasattr(kind, "resources")  # MNIST and its kin: one .gz a file
    folder = root / kind.__name__ / "raw" if packed else root / kind.base_folder
    sums = {} if packed else _checksums(kind)
    names = [Path(file).stem for file, _ in kind.resources] if packed else list(sums)
    there = [name for name in names if (folder / name).is_file()]
    if not there and not _archives(kind, folder):
        return False
    for name in names:
        if name not in there:
            raise _missing(kind, folder / name)
    fault = _idx_fault(folder, names) if packed else _sum_fault(folder, sums)
    if fault:
        raise InitbenchError(f"{kind.__name__} below {root} is damaged: {fault}; replace the file.")
    return True


def _checksums(kind: Any) -> dict[str, str]:
    """Return the MD5 of each file of a CIFAR set."""
    return {**dict(kind.train_list + kind.test_list), kind.meta["filename"]: kind.meta["md5"]}


def _archives(kind: Any, folder: Path) -> list[Path]:
    """Return the packed files of a set that are there."""
    if hasattr(kind, "resources"):
        candidates: Iterable[Path] = (folder / file for file, _ in kind.resources)
    else:
        candidates = [folder.parent / kind.filename]
    return [path for path in candidates if path.is_file()]


def _missing(kind: Any, path: Path) -> InitbenchError:
    """Return the error for a file that is not there though others of its set are."""
    archives = _archives(kind, path.parent)
    own = path.with_name(f"{path.name}.gz")
    if own in archives:
        return InitbenchError(f"{own} is still packed; unpack it: gunzip -k {quoted(own)}")
    if archives and not hasattr(kind, "resources"):
        (archive,) = archives
        unpack = f"tar -xzf {quoted(archive)} -C {quoted(archive.parent)}"
        return InitbenchError(f"{archive} is there but not {path}; unpack it: {unpack}")
    return InitbenchError(
        f"{path} is missing beside other files of {kind.__name__}; "
        "put it there, or move them away to have the set downloaded."
    )


def _sum_fault(folder: Path, sums: dict[str, str]) -> str:
    """Return what is wrong with the first file that has not its MD5."""
    for name, expected in sums.items():
        with (folder / name).open("rb") as file:
            seen = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if seen != expected:
            size = (folder / name).stat().st_size
            return f"{folder / name} ({size} bytes) has the MD5 {seen}, not {expected}"
    return ""


def _idx_fault(folder: Path, names: list[str]) -> str:
    """Return what is wrong with files that come in pairs, images and labels."""
    shapes = {}
    for name in names:
        content = (folder / name).read_bytes()
        axes = IMAGES if "images" in name else LABELS
        shapes[name] = _shape(content, axes)
        expected = 4 + 4 * axes + math.prod(shapes[name])
        if not shapes[name] or len(content) != expected:
            said = f"{expected} by its header" if shapes[name] else "no header of such a file"
            return f"{folder / name} has {len(content)} bytes, {said}"
    for images, labels in zip(names[::2], names[1::2], strict=True):
        if shapes[images][0] != shapes[labels][0]:
            counts = f"{shapes[images][0]} images, but {labels} {shapes[labels][0]} labels"
            return f"{folder / images} has {counts}"
    return ""


def _shape(content: bytes, axes: int) -> tuple[int, ...]:
    """Return the sizes in the header of an IDX file of bytes; nothing if it is none."""
    start = bytes((0, 0, UNSIGNED_BYTES, axes))
    if not content.startswith(start) or len(content) < 4 + 4 * axes:
        return ()
    return struct.unpack(f">{axes}I", content[4 : 4 + 4 * axes])
