"""Arms of the LayerNorm grid, and how widely their nets learn."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.kit.runs import Arm, success
from initbench.statistics.estimate import FloatArray
from initbench.tables.read import Tables

# Standard deviations of the normal inits that the document calls poor at either end.
SCALES = {
    "sigma_1e-4": 1e-4,
    "sigma_1e-3": 1e-3,
    "sigma_1e-2": 1e-2,
    "sigma_3e-2": 3e-2,
    "sigma_1e-1": 1e-1,
    "sigma_3e-1": 3e-1,
    "sigma_1": 1.0,
    "sigma_3": 3.0,
}
DECADES = np.log10(list(SCALES.values()))
CONSTANTS = ("zeros", "constant_0.1", "ones")
COMPARED = (*SCALES, "he_normal")  # trained with and without LayerNorm, constants only with
INITS = (*COMPARED, *CONSTANTS)
DEPTHS = (3, 10, 30)
LEARNED = 0.80
EXPERIMENT, DATASET = "ln_depth", "mnist_5k"


def net(depth: int, init: str, normalize: bool = True) -> Arm:
    """Return the arm of a net of `depth` hidden layers, with or without LayerNorm."""
    return Arm(EXPERIMENT, init, DATASET, f"{'ln' if normalize else 'no_ln'}_d{depth}")


def learned(
    tables: Tables, depth: int, normalize: bool = True, inits: Iterable[str] = SCALES
) -> pd.DataFrame:
    """Return which runs reach 80 % test accuracy, as a table seeds x inits."""
    columns = {init: success(tables, net(depth, init, normalize), LEARNED) for init in inits}
    return pd.concat(columns, axis=1, join="inner")


def mean_success(tables: Tables, depth: int, normalize: bool) -> "pd.Series[float]":
    """Return by seed the area under success over log10 σ, divided by the decades it spans."""
    wins = learned(tables, depth, normalize).astype(float)
    area = np.trapezoid(wins.to_numpy(), DECADES, axis=1)
    return pd.Series(area / np.ptp(DECADES), index=wins.index)


def width(rate: FloatArray) -> FloatArray:
    """Return the decades of σ where success (..., scales) is at least one half.

    Between two scales success follows a straight line over log10 σ.
    """
    low = np.minimum(rate[..., 1:], rate[..., :-1])
    high = np.maximum(rate[..., 1:], rate[..., :-1])
    rise = np.where(high > low, high - low, 1.0)
    inside = np.where(low >= 0.5, 1.0, np.clip((high - 0.5) / rise, 0.0, 1.0))
    found: FloatArray = (inside * np.diff(DECADES)).sum(-1)
    return found
