"""Image sets by their torchvision names, read through torchvision's own classes.

A set is looked for in the data folder in torchvision's layout, then (MNIST) among the files that
the project carries, and is downloaded by torchvision only when it is in neither place.
"""

import io
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from initbench.datasets import _manifest, _mnist_files
from initbench.datasets._image_files import are_there
from initbench.datasets._source import Form, Spec, Split
from initbench.datasets._specification import check_choice, check_keys, check_number
from initbench.errors import InitbenchError
from initbench.io import write_bytes

FORMS = {
    "CIFAR10": Form((3, 32, 32), 50_000, 10_000, 10),
    "CIFAR100": Form((3, 32, 32), 50_000, 10_000, 100),
    "FashionMNIST": Form((1, 28, 28), 60_000, 10_000, 10),
    "KMNIST": Form((1, 28, 28), 60_000, 10_000, 10),
    "MNIST": Form((1, 28, 28), 60_000, 10_000, 10),
}
PATIENCE = 15.0  # seconds without a word from a server

Pixels = NDArray[np.uint8]
Arrays = dict[str, Pixels]  # train_x, train_y, test_x, test_y, all uint8


class TorchvisionImages:
    """Image sets; kept as uint8 files and normalised when they are loaded."""

    name = "torchvision"

    def check(self, spec: Spec) -> None:
        """Raise InitbenchError unless `spec` gives a known name, and mean and std per channel."""
        check_keys(self.name, spec, ("name", "mean", "std"), ())
        check_choice("name", spec["name"], FORMS)
        channels = FORMS[spec["name"]].sample[0]
        for key, low, high in (("mean", 0.0, 1.0), ("std", 1e-6, 1.0)):
            values = spec[key] if isinstance(spec[key], list) else [spec[key]]
            for value in values:
                check_number(key, value, low, high)
            if len(values) not in (1, channels):
                raise InitbenchError(
                    f"'{key}' of {spec['name']} has {len(values)} values; give one number, "
                    f"or one for each of its {channels} channels."
                )

    def train_samples(self, spec: Spec) -> int:
        """Return the number of training images."""
        return FORMS[spec["name"]].train

    def form(self, spec: Spec) -> Form:
        """Return the form of a set as its authors published it."""
        return FORMS[spec["name"]]

    def prepare(self, spec: Spec, data_folder: Path, out_folder: Path, seed: int) -> dict[str, Any]:
        """Write the four arrays as uint8 .npy files and the manifest; return the manifest."""
        out_folder.mkdir(parents=True, exist_ok=True)
        arrays, origin = find(spec["name"], data_folder, out_folder)
        _refuse_strange(spec["name"], arrays)
        checksums = dict(_mnist_files.SHA256) if spec["name"] == "MNIST" else {}
        for name, array in arrays.items():
            checksums[f"{name}.npy"] = save(out_folder / f"{name}.npy", array)
        return _manifest.write(
            out_folder,
            {
                "source": f"{self.name} {spec['name']}",
                **_manifest.describe_labels(arrays["train_y"], arrays["test_y"]),
                "shape": list(arrays["train_x"].shape[1:]),
                "normalisation": f"(pixel / 255 - {spec['mean']}) / {spec['std']}",
                "sha256": checksums,
                "note": f"{origin}; shared by all seeds",
            },
        )

    def load(self, spec: Spec, prepared: Path, seeds: Sequence[int]) -> Split:
        """Return the normalised images with a leading axis of 1, their checksums verified."""
        names = ("train_x", "train_y", "test_x", "test_y")
        train_x, train_y, test_x, test_y = (stored(prepared, name) for name in names)
        return Split(
            normalised(train_x, spec["mean"], spec["std"])[None],
            train_y.astype(np.int64)[None],
            normalised(test_x, spec["mean"], spec["std"])[None],
            test_y.astype(np.int64)[None],
        )


def stored(folder: Path, name: str) -> Pixels:
    """Return the uint8 array `name` ("train_x", ...) of a prepared folder, its checksum verified.

    Mapped, not read: jobs side by side share one copy. InitbenchError if missing or damaged.
    """
    path = _manifest.verified(folder, f"{name}.npy")
    array: Pixels = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def normalised(pixels: Pixels, mean: Any, std: Any) -> NDArray[np.float32]:
    """Return (pixels / 255 - mean) / std of uint8 images (n, channels, h, w) as float32.

    `mean` and `std` are numbers or one number a channel. The steps and so the bits are those of
    torchvision's ToTensor and Normalize.
    """
    x = np.divide(pixels, np.float32(255), dtype=np.float32)
    x -= np.float32(mean).reshape(-1, 1, 1)
    x /= np.float32(std).reshape(-1, 1, 1)
    return x


def find(name: str, data_folder: Path, out_folder: Path) -> tuple[Arrays, str]:
    """Return the arrays of a set and a word on where they were; scratch files come and go."""
    kind = _torchvision_class(name)
    if are_there(kind, data_folder):
        if name == "MNIST":
            _mnist_files.verify(data_folder / "MNIST" / "raw")
        return _read(kind, data_folder), "found in the data folder"
    with TemporaryDirectory(prefix=".", dir=out_folder) as scratch:
        return _carried_or_downloaded(kind, data_folder, Path(scratch))


def _refuse_strange(name: str, arrays: Arrays) -> None:
    """Refuse images of another size and labels of no class, which a damaged set may have."""
    form = FORMS[name]
    for part in ("train", "test"):
        size, highest = arrays[f"{part}_x"].shape[1:], int(arrays[f"{part}_y"].max())
        if size != form.sample:
            seen, asked = (" x ".join(map(str, shape)) for shape in (size, form.sample))
            raise InitbenchError(
                f"The {part} images of {name} have the shape {seen}, but it has {asked}; restore "
                "its files."
            )
        if highest >= form.classes:
            raise InitbenchError(
                f"The {part} labels of {name} reach {highest}, but its {form.classes} classes are "
                "numbered from 0; restore its files."
            )


def _carried_or_downloaded(kind: Any, data_folder: Path, scratch: Path) -> tuple[Arrays, str]:
    places = (data_folder / "mnist", _mnist_files.CARRIED)
    carried = next(filter(Path.is_dir, places), None) if kind.__name__ == "MNIST" else None
    if carried:
        _mnist_files.lay_out(carried, scratch)
        return _read(kind, scratch), "carried with the project"
    try:
        with _patience():
            kind(scratch, download=True)
    except (OSError, RuntimeError, HTTPException) as error:
        reason = " ".join(str(error).split())
        raise InitbenchError(
            f"{kind.__name__} is not below {data_folder} and could not be downloaded ({reason}); "
            "put its files there in torchvision's layout."
        ) from error
    return _read(kind, scratch), "downloaded by torchvision"


@contextmanager
def _patience() -> Iterator[None]:
    """Let no server keep the body waiting for ever: urllib has no limit of its own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _torchvision_class(name: str) -> Any:
    from torchvision import datasets

    return getattr(datasets, name)


def _read(kind: Any, root: Path) -> Arrays:
    """Return the arrays of a set whose files are whole."""
    arrays = {}
    for part in ("train", "test"):
        images = kind(root, train=part == "train")
        arrays[f"{part}_x"] = _channels_first(np.asarray(images.data, dtype=np.uint8))
        arrays[f"{part}_y"] = np.asarray(images.targets, dtype=np.uint8)
    return arrays


def _channels_first(images: Pixels) -> Pixels:
    """Return images (n, h, w) or (n, h, w, channels) as (n, channels, h, w)."""
    return images[:, None] if images.ndim == 3 else images.transpose(0, 3, 1, 2)


def save(path: Path, array: Pixels) -> str:
    """Write one .npy file; return its SHA-256."""
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(array), allow_pickle=False)
    write_bytes(path, buffer.getbuffer())
    return _manifest.sha256(path)


SOURCE = TorchvisionImages()
