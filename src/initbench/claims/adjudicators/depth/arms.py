"""Arms of document B's bed: its nets, their matched inits, how soon they learn."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.kit.extremes import named
from initbench.claims.adjudicators.kit.runs import (
    Arm,
    difference,
    final,
    reached,
    select,
    success_rate,
)
from initbench.statistics import GAIN, Estimate
from initbench.tables.read import Tables

TUNED, FIXED = "mlp_depth", "mlp_fixed_rate"  # a rate for each arm, and one for all
DATASET = "mnist_5k"
DEPTHS = (3, 10, 30)
DECISIVE = ("relu", "tanh")  # the activations that decide where a row names none
ACTIVATIONS = (*DECISIVE, "sigmoid", "identity")
INITS = (
    *("normal_0.01", "normal_1", "default_zero_bias", "xavier_normal", "he_normal"),
    *("orthogonal_gained", "lsuv", "spectral_radius"),
)
AT_ONE_RATE = (
    *("normal_0.01", "normal_1", "default_zero_bias", "xavier_normal", "he_normal"),
    "lsuv",
)
POOR = {"small": "normal_0.01", "large": "normal_1", "default": "default_zero_bias"}
# What document B recommends for each activation (2.4.6, first point).
MATCHED = {
    "relu": "he_normal",
    "tanh": "xavier_normal",
    "sigmoid": "xavier_normal",
    "identity": "xavier_normal",
}
LEARNED = 0.80


def net(activation: str, depth: int, init: str, experiment: str = TUNED) -> Arm:
    """Return the arm of a fully connected net of `depth` hidden layers of 64 units."""
    return Arm(experiment, init, DATASET, f"mlp_{activation}_d{depth}")


def matched(activation: str, depth: int, experiment: str = TUNED) -> Arm:
    """Return the arm whose init is the recommended one for its activation."""
    return net(activation, depth, MATCHED[activation], experiment)


def share_learned(tables: Tables, arm: Arm) -> Estimate:
    """Return the share of runs of `arm` that end with 80 % test accuracy."""
    return success_rate(tables, arm, LEARNED)


def gain(tables: Tables, arm: Arm, over: Arm) -> Estimate:
    """Return the paired difference in final test accuracy, `arm` minus `over`."""
    return difference(final(tables, arm), final(tables, over), bounds=GAIN)


def gain_over_best(tables: Tables, arm: Arm, rivals: Iterable[Arm]) -> Estimate:
    """Return the paired difference from the rival with the highest mean final test accuracy."""
    ends = {rival.init: final(tables, rival) for rival in rivals}
    best = max(ends, key=lambda init: float(ends[init].mean()))
    lowest = replace(difference(final(tables, arm), ends[best], bounds=GAIN), picked=-len(ends))
    return named(lowest, f"against {best}")


def steps_to_learn(tables: Tables, arm: Arm) -> "pd.Series[Any]":
    """Return the first evaluated step with 80 % test accuracy, by seed.

    A run that never gets there is censored at the last step.
    """
    rows = select(tables.curves(arm.experiment), arm)
    rows = rows[rows["split"] == "test"]
    there = rows["step"].where(reached(rows["accuracy"], LEARNED))
    return there.groupby(rows["seed"]).min().fillna(rows["step"].max()).astype(float)


def slowdown(tables: Tables, arm: Arm, over: Arm) -> Estimate:
    """Return the mean log10 of the ratio of steps to 80 %, `arm` over `over`, by seed."""
    first, second = (np.log10(steps_to_learn(tables, each)) for each in (arm, over))
    # Runs of the last step against runs of one step are the furthest apart.
    lasts = [tables.curves(each.experiment)["step"].max() for each in (arm, over)]
    reach = float(np.log10(max(lasts)))
    return replace(difference(first, second, bounds=(-reach, reach)), unit="decades")


def as_ratio(decades: Estimate) -> Estimate:
    """Return ten to the power of an estimate and of the ends of its intervals."""
    ends = ("value", "low", "high", "low90", "high90")
    powers = {end: 10 ** getattr(decades, end) for end in ends}
    return replace(decades, **powers, unit="", sample=None)
