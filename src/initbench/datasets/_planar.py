"""Two-class sets in the plane, drawn anew for each seed: draw, standardise, split."""

import math
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import RandomState

from initbench.datasets import _manifest
from initbench.datasets._source import Form, Labels, Points, Spec, Split
from initbench.datasets._specification import (
    MOST_SAMPLES,
    check_choice,
    check_keys,
    check_number,
    check_whole_number,
)
from initbench.errors import InitbenchError
from initbench.io import write_text
from initbench.seeds import numpy_stream

STANDARDIZE = {
    "all": "zero mean and unit variance per coordinate, fitted on all points before the split",
    "train": "zero mean and unit variance per coordinate, fitted on the training points",
    "none": "none",
}
TEST_SHARE = 0.2
MOST_NOISE = 1000.0  # of shapes of size 1

# (points of class 0, points of class 1, stream) -> the noise-free points (n, 2) of each class
Shape = Callable[[int, int, RandomState], tuple[Points, Points]]


@dataclass(frozen=True)
class PlanarSource:
    """A planar set given by the noise-free shape of its two classes."""

    name: str
    shape: Shape

    def check(self, spec: Spec) -> None:
        """Raise InitbenchError unless `spec` gives samples, noise, standardize, [test_share]."""
        check_keys(self.name, spec, ("samples", "noise", "standardize"), ("test_share",))
        check_whole_number("samples", spec["samples"], 4, MOST_SAMPLES)
        check_number("noise", spec["noise"], 0, MOST_NOISE)
        check_number("test_share", spec.get("test_share", TEST_SHARE), 0.01, 0.99)
        check_choice("standardize", spec["standardize"], STANDARDIZE)
        if self.train_samples(spec) < 2:
            raise InitbenchError(
                f"A data set of {spec['samples']} samples with test_share {spec['test_share']} has "
                "less than two to train on; give it more samples or a smaller share."
            )

    def train_samples(self, spec: Spec) -> int:
        """Return the number of points that are not set aside for the test."""
        return int(spec["samples"]) - _tests(spec)

    def draw(self, samples: int, noise: float, stream: RandomState) -> tuple[Points, Labels]:
        """Return shuffled points (n, 2) float64 and labels (n,); `noise` is the Gaussian's std.

        Half of the points, rounded down, are of class 0. The order of the draws (shape, shuffle,
        noise) is that of scikit-learn's `make_moons`.
        """
        first = samples // 2
        points = np.concatenate(self.shape(first, samples - first, stream))
        labels = np.repeat(np.array([0, 1], dtype=np.int64), [first, samples - first])
        order = np.arange(samples)
        stream.shuffle(order)
        return points[order] + stream.normal(scale=noise, size=points.shape), labels[order]

    def split(self, spec: Spec, stream: RandomState) -> Split:
        """Return one draw as a Split with a leading axis of 1, all from `stream`.

        Draw, standardise and split follow each other on one stream as in document A's notebook;
        both steps are scikit-learn's, whose import would take each training job a second.
        """
        x, y = self.draw(spec["samples"], spec["noise"], stream)
        order = stream.permutation(len(x))
        tests = _tests(spec)
        test, train = order[:tests], order[tests:]
        fitted_on = {"all": x, "train": x[train], "none": None}[spec["standardize"]]
        if fitted_on is not None:
            x = (x - fitted_on.mean(axis=0)) / fitted_on.std(axis=0)
        x = x.astype(np.float32)
        return Split(x[train][None], y[train][None], x[test][None], y[test][None])

    def form(self, spec: Spec) -> Form:
        """Return the form of any one draw."""
        return Form.of(self.split(spec, numpy_stream(0, "data")))

    def load(self, spec: Spec, prepared: Path, seeds: Sequence[int]) -> Split:
        """Return the draws of `seeds`, stacked; each seed has its own "data" stream."""
        splits = [astuple(self.split(spec, numpy_stream(seed, "data"))) for seed in seeds]
        return Split(*(np.concatenate(parts) for parts in zip(*splits, strict=True)))

    def prepare(self, spec: Spec, data_folder: Path, out_folder: Path, seed: int) -> dict[str, Any]:
        """Write the draw of `seed` as sample.csv, and the manifest; return the manifest."""
        split = self.split(spec, numpy_stream(seed, "data"))
        path = out_folder / "sample.csv"
        write_text(path, _csv(split))
        return _manifest.write(
            out_folder,
            {
                "source": self.name,
                **_manifest.describe_labels(split.train_y[0], split.test_y[0]),
                "shape": [2],
                "normalisation": STANDARDIZE[spec["standardize"]],
                "sha256": {path.name: _manifest.sha256(path)},
                "note": f"drawn anew for each seed; sample and class shares are of seed {seed}",
            },
        )


def _tests(spec: Spec) -> int:
    """Return the number of points of the test set."""
    samples: int = spec["samples"]
    share: float = spec.get("test_share", TEST_SHARE)
    return math.ceil(samples * share)


def _csv(split: Split) -> str:
    """Return the points of one draw as lines of split, x1, x2, label."""
    parts = {"train": (split.train_x, split.train_y), "test": (split.test_x, split.test_y)}
    lines = ["split,x1,x2,label"]
    for part, (x, y) in parts.items():
        lines += [f"{part},{x1},{x2},{label}" for (x1, x2), label in zip(x[0], y[0], strict=True)]
    return "\n".join(lines) + "\n"
