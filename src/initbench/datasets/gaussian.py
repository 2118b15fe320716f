"""Standard normal inputs for signal propagation: no task, so that only the weights matter."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from initbench.datasets import manifest
from initbench.datasets.source import Spec, Split
from initbench.datasets.specification import check_keys, check_whole_number
from initbench.seeds import numpy_stream


class GaussianSource:
    """Inputs (n, features) from N(0, 1), all of class 0, drawn anew for each seed."""

    name = "gaussian"

    def check(self, spec: Spec) -> None:
        """Raise InitbenchError unless `spec` gives samples and features."""
        check_keys(self.name, spec, ("samples", "features"), ())
        check_whole_number("samples", spec["samples"], 2)
        check_whole_number("features", spec["features"], 1)

    def load(self, spec: Spec, prepared: Path, seeds: Sequence[int]) -> Split:
        """Return the draws of `seeds`; training and test inputs are the same points."""
        shape = (spec["samples"], spec["features"])
        draws = [numpy_stream(seed, "data").standard_normal(shape) for seed in seeds]
        x = np.stack(draws).astype(np.float32)
        y = np.zeros(x.shape[:2], np.int64)
        return Split(x, y, x, y)

    def prepare(self, spec: Spec, data_folder: Path, out_folder: Path, seed: int) -> dict[str, Any]:
        """Write and return the manifest; the points are drawn where they are used."""
        labels = np.zeros(spec["samples"], np.int64)
        return manifest.write(
            out_folder,
            {
                "source": self.name,
                **manifest.describe_labels(labels, labels),
                "shape": [spec["features"]],
                "normalisation": "none",
                "sha256": {},
                "note": "standard normal inputs, drawn anew for each seed; no task",
            },
        )


SOURCE = GaussianSource()
