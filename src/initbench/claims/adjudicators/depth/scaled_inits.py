"""Row D40: how fast nets learn from Xavier's and He's inits, on MNIST and in deep nets."""

from itertools import product

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.depth.arms import LEARNED, matched, net, steps_to_learn
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import (
    Arm,
    difference,
    ever_reaches,
    final,
    measured,
    steps_to,
)
from initbench.claims.adjudicators.mnist.arms import main
from initbench.statistics import GAIN, Estimate, mean, undefined
from initbench.tables.read import Tables

DEFAULT = main("default")
DEEP_NETS = {"xavier": "tanh", "he": "relu"}
DEPTHS = (10, 30)


def _signal_change(tables: Tables, arm: Arm) -> Estimate:
    rms = measured(tables, arm, "rms", step=0)
    ratio = (rms["fc2"] / rms["fc1"]).to_numpy(float)
    return mean(np.abs(np.log10(ratio)))


@adjudicates("D40")
def scaled_inits(tables: Tables) -> Measured:
    """Return the speed and the signal of Xavier's and He's inits relative to default."""
    steps = steps_to(tables, DEFAULT, 0.95)
    arms = {"xavier": main("xavier"), "he": main("he_normal")}
    return {
        "steps": {name: _ratio(steps_to(tables, arm, 0.95), steps) for name, arm in arms.items()},
        "slope": {
            name: _signal_change(tables, arm) for name, arm in {"default": DEFAULT, **arms}.items()
        },
        "final": {
            name: difference(final(tables, arm), final(tables, DEFAULT), bounds=GAIN)
            for name, arm in arms.items()
        },
        **_in_deep_nets(tables),
    }


def _ratio(steps: "pd.Series[float]", over: "pd.Series[float]") -> Estimate:
    ratio = (steps / over).dropna()
    # Kept as differences from zero, so that the ratio can be tested like any paired effect.
    return difference(ratio, 0 * ratio)


def _in_deep_nets(tables: Tables) -> Measured:
    """Return the ratio of steps to 80 %, and the difference in slopes of the signal, by depth."""
    steps, slope = {}, {}
    for (name, activation), depth in product(DEEP_NETS.items(), DEPTHS):
        arms = matched(activation, depth), net(activation, depth, "default_zero_bias")
        steps[f"{name}_d{depth}"] = _ratio_where_one_learns(tables, *arms)
        slopes = (_signal_slope(tables, arm, depth) for arm in arms)
        slope[f"{name}_d{depth}"] = difference(*slopes)
    return {"deep_steps": steps, "deep_slope": slope}


def _ratio_where_one_learns(tables: Tables, arm: Arm, over: Arm) -> Estimate:
    """Return the ratio of steps to 80 %; undefined if no run of either gets there."""
    steps = [steps_to_learn(tables, each) for each in (arm, over)]
    if not any(ever_reaches(tables, each, LEARNED) for each in (arm, over)):
        return undefined(len(steps[0]))
    return _ratio(*steps)


def _signal_slope(tables: Tables, arm: Arm, depth: int) -> "pd.Series[float]":
    """Return the size of the change in log10 of the signal a layer, before training, by seed."""
    logs = measured(tables, arm, "rms", step=0).apply(np.log10)
    return (logs[f"layers.{depth - 1}"] - logs["layers.0"]).abs() / (depth - 1)
