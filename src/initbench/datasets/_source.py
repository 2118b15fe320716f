"""What a source of data provides, and the arrays that it hands out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.floating[Any]]
Labels = NDArray[np.int64]
Targets = NDArray[Any]  # class numbers (int64), or what a regression aims at (float32)
Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Split:
    """Training and test arrays; the leading axis is the seed, or 1 where all seeds share them.

    Planar: x (S, n, 2) float32, y (S, n) int64. Images: x (1, n, channels, h, w), y (1, n).
    Sequences: x (S, n, steps, features). Regressions: y (S, n) or (S, n, outputs) float32.
    """

    train_x: NDArray[np.float32]
    train_y: Targets
    test_x: NDArray[np.float32]
    test_y: Targets


@dataclass(frozen=True)
class Form:
    """What a net meets in a data set: the shape of a sample, counts, and what is aimed at.

    `classes` is 0 for a regression, whose targets are `outputs` numbers a sample.
    """

    sample: tuple[int, ...]
    train: int
    test: int
    classes: int
    outputs: int = 1

    @classmethod
    def of(cls, split: Split) -> "Form":
        """Return the form of one draw."""
        _, train, *sample = split.train_x.shape
        y = split.train_y[0]
        classes = int(y.max()) + 1 if np.issubdtype(y.dtype, np.integer) else 0
        return cls(tuple(sample), train, split.test_x.shape[1], classes, y[:1].size)


class Source(Protocol):
    """One way to get data; a file of this package offers it as its constant `SOURCE`."""

    @property
    def name(self) -> str:
        """The name that `source:` gives in config.yaml."""

    def check(self, spec: Spec) -> None:
        """Raise InitbenchError unless `spec` has the source's keys with possible values."""

    def train_samples(self, spec: Spec) -> int:
        """Return the number of training samples, of a sound `spec`."""

    def form(self, spec: Spec) -> Form:
        """Return the form of the data, which need not be prepared yet."""

    def prepare(self, spec: Spec, data_folder: Path, out_folder: Path, seed: int) -> dict[str, Any]:
        """Write what `load` reads and the manifest into `out_folder`; return the manifest."""

    def load(self, spec: Spec, prepared: Path, seeds: Sequence[int]) -> Split:
        """Return the arrays of `seeds` from the folder that `prepare` wrote."""
