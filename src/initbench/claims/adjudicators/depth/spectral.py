"""Row C20: layers of spectral radius one against matched inits in trained nets."""

from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd

from initbench.claims.adjudicators.depth.arms import DATASET, net
from initbench.claims.adjudicators.kit.extremes import (
    highest_lower,
    highest_upper,
    lowest_lower,
    lowest_upper,
)
from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, final
from initbench.statistics import GAIN, SHARE, Estimate, exact, mean, undefined
from initbench.tables.read import Tables

MATCHED = {"identity": "xavier_normal", "tanh": "xavier_normal", "relu": "he_normal"}
WIDTHS = (5, 64)
DEPTHS = (10, 30)
EXTREMES = ("weakest", "strongest", "furthest_below", "least_below")
LEARNS = 0.20  # where no matched init gets there for sure, there is nothing to compare


@adjudicates("C20")
def spectral_radius_in_deep_nets(tables: Tables) -> dict[str, Estimate]:
    """Return what layers of spectral radius one gain in test accuracy, and the extreme arms."""
    gains, learning = {}, {}
    for activation, width, depth in product(MATCHED, WIDTHS, DEPTHS):
        name = f"{activation}_w{width}_d{depth}"
        best = better_matched(tables, activation, width, depth)
        spectral = final(tables, arm(activation, width, depth, "spectral_radius"))
        gains[name] = replace(difference(spectral, best, bounds=GAIN), picked=-2)
        if mean(best.to_numpy(float), bounds=SHARE).low > LEARNS:
            learning[name] = gains[name]
    return gains | {"nets": exact(len(learning)), **_extremes(learning)}


def better_matched(tables: Tables, activation: str, width: int, depth: int) -> "pd.Series[Any]":
    """Return the final test accuracy, by seed, from the matched init that is better on average."""
    inits = (MATCHED[activation], "orthogonal_gained")
    ends = [final(tables, arm(activation, width, depth, init)) for init in inits]
    return max(ends, key=lambda accuracy: float(accuracy.mean()))


def _extremes(gains: dict[str, Estimate]) -> dict[str, Estimate]:
    if not gains:
        return dict.fromkeys(EXTREMES, undefined(0))
    nets = len(gains)
    return {
        "weakest": lowest_lower(gains.values()),
        "strongest": replace(highest_lower(gains.values()), picked=nets),
        "furthest_below": replace(lowest_upper(gains.values()), picked=-2 * nets),
        "least_below": highest_upper(gains.values()),
    }


def arm(activation: str, width: int, depth: int, init: str) -> Arm:
    """Return the arm of a net; those of 64 units belong to document B's bed."""
    if width == WIDTHS[-1]:
        return net(activation, depth, init)
    return Arm("mlp_spectral", init, DATASET, f"mlp_{activation}_w{width}_d{depth}")
