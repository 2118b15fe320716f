"""Data that are drawn anew for each seed and never stored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import RandomState

from initbench.datasets import _manifest
from initbench.datasets._source import Spec, Split
from initbench.datasets._specification import check_keys, check_whole_number
from initbench.seeds import numpy_stream

Draw = Callable[[Spec, RandomState], Split]  # one draw, with a leading axis of 1


@dataclass(frozen=True)
class DrawnSource:
    """A source whose `draw` makes the data of one stream; `keys` gives each key its least value."""

    name: str
    keys: Mapping[str, int]
    draw: Draw
    note: str

    def check(self, spec: Spec) -> None:
        """Raise InitbenchError unless `spec` gives every key a large enough whole number."""
        check_keys(self.name, spec, self.keys, ())
        for key, low in self.keys.items():
            check_whole_number(key, spec[key], low)

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
