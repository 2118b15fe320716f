"""A fixed, stratified part of MNIST: small enough to train many nets on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from initbench.datasets import _manifest, _mnist_files
from initbench.datasets._source import Form, Spec, Split
from initbench.datasets._specification import (
    check_choice,
    check_keys,
    check_number,
    check_whole_number,
)
from initbench.datasets.torchvision import find, normalised, save, stored
from initbench.errors import InitbenchError

LAYOUTS = ("images", "rows")
IMAGES = {"train": 60_000, "test": 10_000}  # of MNIST
CLASSES = 10
CHOICE = 0  # the seed of the one list of images that all runs share


class MnistSubset:
    """`train` images of MNIST's training part and `test` of its test part, classes as in the whole.

    Laid out as images (1, 28, 28), or as rows: 28 steps of 28 pixels.
    """

    name = "mnist_subset"

    def check(self, spec: Spec) -> None:
        """Raise InitbenchError unless `spec` gives sizes, mean, std and perhaps a layout."""
        check_keys(self.name, spec, ("train", "test", "mean", "std"), ("layout",))
        for key, images in IMAGES.items():
            check_whole_number(key, spec[key], 100, images)
            if images - CLASSES < spec[key] < images:
                raise InitbenchError(
                    f"'{key}' of a part of MNIST is {spec[key]} of {images}, which leaves out less "
                    f"than one of each class; give {images}, or at most {images - CLASSES}."
                )
        check_number("mean", spec["mean"], 0.0, 1.0)
        check_number("std", spec["std"], 1e-6, 1.0)
        check_choice("layout", spec.get("layout", "images"), LAYOUTS)

    def train_samples(self, spec: Spec) -> int:
        """Return the number of training images."""
        return int(spec["train"])

    def form(self, spec: Spec) -> Form:
        """Return the form of the chosen images, or rows of them."""
        sample = (28, 28) if spec.get("layout") == "rows" else (1, 28, 28)
        return Form(sample, spec["train"], spec["test"], classes=10)

    def prepare(self, spec: Spec, data_folder: Path, out_folder: Path, seed: int) -> dict[str, Any]:
        """Write the chosen images as uint8 .npy files and the manifest; return the manifest."""
        out_folder.mkdir(parents=True, exist_ok=True)
        arrays, origin = find("MNIST", data_folder, out_folder)
        checksums = dict(_mnist_files.SHA256)
        for part in ("train", "test"):
            chosen = stratified(arrays[f"{part}_y"], spec[part])
            for name in (f"{part}_x", f"{part}_y"):
                arrays[name] = arrays[name][chosen]
                checksums[f"{name}.npy"] = save(out_folder / f"{name}.npy", arrays[name])
        return _manifest.write(
            out_folder,
            {
                "source": "a stratified part of torchvision MNIST",
                **_manifest.describe_labels(arrays["train_y"], arrays["test_y"]),
                "shape": list(arrays["train_x"].shape[1:]),
                "normalisation": f"(pixel / 255 - {spec['mean']}) / {spec['std']}",
                "sha256": checksums,
                "note": f"{origin}; one fixed list of images, shared by all seeds",
            },
        )

    def load(self, spec: Spec, prepared: Path, seeds: Sequence[int]) -> Split:
        """Return the normalised images with a leading axis of 1, their checksums verified."""
        train_x, test_x = (_images(spec, prepared, part) for part in ("train", "test"))
        train_y, test_y = (stored(prepared, f"{part}_y") for part in ("train", "test"))
        return Split(train_x, train_y.astype(np.int64)[None], test_x, test_y.astype(np.int64)[None])


def _images(spec: Spec, prepared: Path, part: str) -> NDArray[np.float32]:
    """Return the images (1, n, 1, 28, 28), or as rows (1, n, 28, 28)."""
    x = normalised(stored(prepared, f"{part}_x"), spec["mean"], spec["std"])
    return (x[:, 0] if spec.get("layout") == "rows" else x)[None]


def stratified(labels: NDArray[np.uint8], count: int) -> NDArray[np.int64]:
    """Return `count` shuffled positions in `labels` (n,) with the classes' shares kept."""
    from sklearn.model_selection import train_test_split

    if count == len(labels):
        return np.arange(count)
    chosen, _ = train_test_split(
        np.arange(len(labels)), train_size=count, stratify=labels, random_state=CHOICE
    )
    return np.asarray(chosen, np.int64)


SOURCE = MnistSubset()
