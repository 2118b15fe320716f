"""Small made-up tables in the shape of the collected ones, for tests with known answers."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from initbench.tables.read import Tables

SEED_BASE = 2_000_000
IDENTITY = ("dataset", "architecture", "init")
Values = float | Iterable[float]


class SyntheticTables(Tables):
    """Tables held in memory: `frames` maps a name such as "tiny_sgd/outcomes" to a frame."""

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        super().__init__(Path("synthetic"))
        self.frames = dict(frames)
        self._read = self._load  # not cached, so that a test may exchange a frame

    def _load(self, name: str) -> pd.DataFrame:
        return self.frames[name]


def join(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all `parts` in one frame with categorical identity columns."""
    frame = pd.concat(list(parts), ignore_index=True)
    return frame.astype({name: "category" for name in IDENTITY if name in frame})


def runs(
    init: str,
    seeds: int,
    dataset: str = "moons",
    architecture: str = "tanh_chain",
    **columns: Any,
) -> pd.DataFrame:
    """Return one row a run; a column is one value for all runs or `seeds` values."""
    identity = {"dataset": dataset, "architecture": architecture, "init": init}
    seed = SEED_BASE + np.arange(seeds, dtype=np.int64)
    return pd.DataFrame({"seed": seed, **identity, **columns})


def outcomes(
    init: str,
    accuracy: Values,
    seeds: int = 200,
    classes: Values = 2,
    dataset: str = "moons",
    architecture: str = "tanh_chain",
) -> pd.DataFrame:
    """Return finished runs with these final test accuracies, in the outcomes format."""
    return runs(
        init,
        seeds,
        dataset,
        architecture,
        status="done",
        learning_rate=0.03,
        steps=1000,
        diverged_step=pd.NA,
        diverged_layer=None,
        test_loss=0.1,
        test_accuracy=accuracy,
        predicted_classes=classes,
        predicted_share=0.5,
    )


def curve(
    init: str,
    points: Mapping[int, tuple[Values, Values]],
    seeds: int = 200,
    steps_per_epoch: float = 1.0,
    split: str = "test",
    dataset: str = "moons",
    architecture: str = "tanh_chain",
) -> pd.DataFrame:
    """Return learning curves: `points` maps a step to its (loss, accuracy)."""
    return pd.concat(
        [
            runs(
                init,
                seeds,
                dataset,
                architecture,
                step=step,
                epoch=step / steps_per_epoch,
                split=split,
                loss=loss,
                accuracy=accuracy,
            )
            for step, (loss, accuracy) in points.items()
        ]
    )


def layers(
    init: str,
    values: Mapping[tuple[int, str, str, int], Values],
    seeds: int = 200,
    dataset: str = "moons",
    architecture: str = "tanh_chain",
) -> pd.DataFrame:
    """Return layer records: `values` maps (step, layer, quantity, index) to the value."""
    keys = pd.DataFrame(list(values), columns=["step", "layer", "quantity", "index"])
    rows = keys.loc[keys.index.repeat(seeds)].reset_index(drop=True)
    identity = {"dataset": dataset, "architecture": architecture, "init": init}
    return rows.assign(
        **identity,
        seed=np.tile(SEED_BASE + np.arange(seeds), len(keys)),
        value=np.concatenate([np.broadcast_to(value, seeds) for value in values.values()]),
    )


def checks(rows: Mapping[str, tuple[float, float, float]]) -> pd.DataFrame:
    """Return check results: `rows` maps a slug such as "a02_forward" to (value, expected, tol)."""
    return pd.DataFrame(
        [
            {
                "claim": slug.split("_")[0].upper(),
                "check": slug,
                "value": value,
                "expected": expected,
                "tolerance": tolerance,
                "passed": abs(value - expected) <= tolerance,
                "detail": "synthetic",
            }
            for slug, (value, expected, tolerance) in rows.items()
        ]
    )


def share(success: float, seeds: int, good: float = 1.0, bad: float = 0.5) -> np.ndarray:
    """Return `seeds` accuracies of which the share `success`, evenly spread, is `good`."""
    reached = np.floor(np.arange(1, seeds + 1) * success) > np.floor(np.arange(seeds) * success)
    return np.where(reached, good, bad)
