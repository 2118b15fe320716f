"""Rows of document D about one layer of zeros, and about the speed of scaled inits."""

from itertools import product

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.e2_runs import (
    ablation,
    extreme,
    main,
    mean_accuracy,
    one_class,
)
from initbench.claims.adjudicators.e6_runs import LEARNED, matched, net, steps_to_learn
from initbench.claims.adjudicators.registry import adjudicates
from initbench.claims.adjudicators.runs import (
    Cell,
    difference,
    ever_reaches,
    final,
    measured,
    reached,
    select,
    success_rate,
)
from initbench.statistics import GAIN, Estimate, exact, mean, proportion, undefined
from initbench.tables import Tables

DEFAULT = main("default")
ZERO_FC1 = main("zero_fc1")
BESIDE = {
    "weight_only": ablation("zero_fc1_weight"),
    "second_layer": ablation("zero_fc2"),
    "head": ablation("zero_head"),
    "tanh": ablation("zero_fc1", "mnist_net_tanh"),
    "leaky": ablation("zero_fc1", "mnist_net_leaky"),
    "sigmoid": ablation("zero_fc1", "mnist_net_sigmoid"),
}

DEEP_NETS = {"xavier": "tanh", "he": "relu"}
DEPTHS = (10, 30)


@adjudicates("D17")
def one_layer_of_zeros(tables: Tables) -> dict[str, Estimate]:
    """Return success and gradients with the first layer at zero, and variants beside it."""
    fc1 = [extreme(tables, ZERO_FC1, "gradient_norm", f"fc1.{name}") for name in ("weight", "bias")]
    return {
        "sr50": success_rate(tables, ZERO_FC1, 0.50),
        "one_class": proportion(one_class(tables, ZERO_FC1).to_numpy(bool)),
        "fc1_gradient": exact(max(fc1)),
        "fc2_bias_gradient": exact(extreme(tables, ZERO_FC1, "gradient_norm", "fc2.bias")),
    } | {name: mean_accuracy(tables, cell) for name, cell in BESIDE.items()}


@adjudicates("D18")
def slight_loss(tables: Tables) -> dict[str, Estimate]:
    """Return what a first layer of zeros costs in final accuracy."""
    return {"difference": difference(final(tables, DEFAULT), final(tables, ZERO_FC1), bounds=GAIN)}


@adjudicates("D31")
def partial_learning(tables: Tables) -> dict[str, Estimate]:
    """Return the accuracy with a first layer of zeros, and its distance to the baseline."""
    return {"zero_fc1": mean_accuracy(tables, ZERO_FC1)} | slight_loss(tables)


def steps_to(tables: Tables, cell: Cell, goal: float) -> "pd.Series[float]":
    """Return the steps until test accuracy first reaches `goal`, by seed.

    Linear between evaluations; a run that never reaches it counts with its last step.
    """
    rows = select(tables.curves(cell.experiment), cell)
    rows = rows[rows["split"] == "test"]
    wide = rows.pivot(index="seed", columns="step", values="accuracy").astype(float)
    return wide.apply(_first_crossing, axis=1, goal=goal)


def _first_crossing(accuracy: "pd.Series[float]", goal: float) -> float:
    above = reached(accuracy, goal).to_numpy()
    steps = accuracy.index.to_numpy(float)
    at = int(above.argmax())
    if at == 0:
        return float(steps[0] if above[0] else steps[-1])
    between = slice(at - 1, at + 1)
    return float(np.interp(goal, accuracy.to_numpy()[between], steps[between]))


def _signal_change(tables: Tables, cell: Cell) -> Estimate:
    rms = measured(tables, cell, "rms", step=0)
    ratio = (rms["fc2"] / rms["fc1"]).to_numpy(float)
    return mean(np.abs(np.log10(ratio)))


@adjudicates("D40")
def scaled_inits(tables: Tables) -> dict[str, Estimate]:
    """Return the speed and the signal of Xavier's and He's inits relative to default."""
    steps = steps_to(tables, DEFAULT, 0.95)
    found: dict[str, Estimate] = {"slope_default": _signal_change(tables, DEFAULT)}
    for name, cell in {"xavier": main("xavier"), "he": main("he_normal")}.items():
        found[name] = _ratio(steps_to(tables, cell, 0.95), steps)
        found[f"slope_{name}"] = _signal_change(tables, cell)
        found[f"final_{name}"] = difference(
            final(tables, cell), final(tables, DEFAULT), bounds=GAIN
        )
    return found | _in_deep_nets(tables)


def _ratio(steps: "pd.Series[float]", over: "pd.Series[float]") -> Estimate:
    ratio = (steps / over).dropna()
    # Kept as differences from zero, so that the ratio can be tested like any paired effect.
    return difference(ratio, 0 * ratio)


def _in_deep_nets(tables: Tables) -> dict[str, Estimate]:
    """Return the ratio of steps to 80 %, and the difference in slopes of the signal, by depth."""
    found: dict[str, Estimate] = {}
    for (name, activation), depth in product(DEEP_NETS.items(), DEPTHS):
        cells = matched(activation, depth), net(activation, depth, "default_zero_bias")
        found[f"{name}_d{depth}"] = _ratio_where_one_learns(tables, *cells)
        slopes = (_signal_slope(tables, cell, depth) for cell in cells)
        found[f"slope_{name}_d{depth}"] = difference(*slopes)
    return found


def _ratio_where_one_learns(tables: Tables, cell: Cell, over: Cell) -> Estimate:
    """Return the ratio of steps to 80 %; undefined if no run of either gets there."""
    steps = [steps_to_learn(tables, each) for each in (cell, over)]
    if not any(ever_reaches(tables, each, LEARNED) for each in (cell, over)):
        return undefined(len(steps[0]))
    return _ratio(*steps)


def _signal_slope(tables: Tables, cell: Cell, depth: int) -> "pd.Series[float]":
    """Return the size of the change in log10 of the signal a layer, before training, by seed."""
    logs = measured(tables, cell, "rms", step=0).apply(np.log10)
    return (logs[f"layers.{depth - 1}"] - logs["layers.0"]).abs() / (depth - 1)
