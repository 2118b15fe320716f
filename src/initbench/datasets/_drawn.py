"""Data that are drawn anew for each seed and never stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import RandomState

from initbench.datasets import _manifest
from initbench.datasets._source import Form, Spec, Split
from initbench.datasets._specification import check_keys, check_whole_number
from initbench.seeds import numpy_stream

Draw = Callable[[Spec, RandomState], Split]  # one draw, with a leading axis of 1


@dataclass(frozen=True)
class DrawnSource:
    """A source whose `draw` makes the data of one stream; `keys` bounds each key's whole number.

    `check_more` is for what the keys say together.
    """

    name: str
    keys: Mapping[str, tuple[int, int]]
    draw: Draw
    note: str
    check_more: Callable[[Spec], None] = lambda spec: None

    def check(self, spec: Spec) -> None:
        """Raise InitbenchError unless `spec` gives every key a whole number within its bounds."""
        check_keys(self.name, spec, self.keys, ())
        for key, (low, high) in self.keys.items():
            check_whole_number(key, spec[key], low, high)
        self.check_more(spec)

    def train_samples(self, spec: Spec) -> int:
        """Return the number of training samples."""
        return int(spec["train"] if "train" in spec else spec["points"])

    def form(self, spec: Spec) -> Form:
        """Return the form of any one draw."""
        return Form.of(self.draw(spec, numpy_stream(0, "data")))

    def load(self, spec: Spec, prepared: Path, seeds: Sequence[int]) -> Split:
        """Return the draws of `seeds`, stacked; each seed has its own "data" stream."""
        splits = [astuple(self.draw(spec, numpy_stream(seed, "data"))) for seed in seeds]
        return Split(*(np.concatenate(parts) for parts in zip(*splits, strict=True)))

    def prepare(self, spec: Spec, data_folder: Path, out_folder: Path, seed: int) -> dict[str, Any]:
        """Write and return the manifest; its class shares are those of `seed`."""
        split = self.draw(spec, numpy_stream(seed, "data"))
        return _manifest.write(
            out_folder,
            {
                "source": self.name,
                **_manifest.describe_labels(split.train_y[0], split.test_y[0]),
                "shape": list(split.train_x.shape[2:]),
                "normalisation": "none",
                "sha256": {},
                "note": f"{self.note}; drawn anew for each seed",
            },
        )
