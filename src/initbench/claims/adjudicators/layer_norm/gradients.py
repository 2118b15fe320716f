"""Row B69: the first layer's gradient under LayerNorm, over scales and depths."""

import math

import numpy as np

from initbench.claims.adjudicators.kit.extremes import named
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import measured
from initbench.claims.adjudicators.layer_norm.arms import DEPTHS, INITS, SCALES, net
from initbench.statistics import Estimate, exact, mean
from initbench.statistics.estimate import FloatArray
from initbench.tables.read import Tables

FIRST_WEIGHT = "fc1.weight"


@adjudicates("B69")
def gradients_with_layer_norm(tables: Tables) -> Measured:
    """Return the spread of the gradient over σ, its steepest slope over depth, and the zeros.

    All in log10 of the norm before the first update: spreads in decades, slopes in decades a
    layer; `zero_inits` counts inits with a gradient of exactly zero.
    """
    norms = np.array([_norms(tables, init) for init in INITS])
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(norms[: len(SCALES)])
        spreads = np.ptp(logs, axis=0)
        slopes = [_slope(scale, name) for scale, name in zip(logs, SCALES, strict=True)]
    spread_at = dict(zip(DEPTHS, spreads, strict=True))
    return {
        "spread": {f"d{depth}": mean(s, unit="decades") for depth, s in spread_at.items()},
        "steepest": max(slopes, key=_steepness),
        "zero_inits": exact(float((norms == 0).any(axis=(1, 2)).sum()), n=norms.shape[-1]),
    }


def _norms(tables: Tables, init: str) -> FloatArray:
    """Return the norm of the first gradient, depths x seeds."""
    arms = [net(depth, init) for depth in DEPTHS]
    norms = [measured(tables, arm, "gradient_norm", step=0)[FIRST_WEIGHT] for arm in arms]
    return np.array(norms, dtype=np.float64)


def _slope(logs: FloatArray, scale: str) -> Estimate:
    """Return the mean over seeds of the least-squares slope of `logs`, depths x seeds."""
    centred = np.array(DEPTHS) - np.mean(DEPTHS)
    return named(mean(centred @ logs / (centred @ centred), unit="decades per layer"), scale)


def _steepness(slope: Estimate) -> float:
    # What cannot be measured is worst of all, so that it is not passed over.
    return math.inf if math.isnan(slope.value) else abs(slope.value)
