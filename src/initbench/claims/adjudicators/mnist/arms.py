"""Arms on MNIST, and what several rows read from their tables."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from initbench.claims.adjudicators.kit.runs import ROUNDING, Arm, measured, select
from initbench.statistics import Estimate, exact
from initbench.tables.read import Tables

WEIGHTS = ("fc1.weight", "fc2.weight", "out.weight")
BIASES = ("fc1.bias", "fc2.bias", "out.bias")
CONSTANTS = {
    "c_0": "zeros",
    "c_1": "ones",
    "c_minus_1": "minus_ones",
    "c_minus_0_1": "constant_minus_0.1",
    "c_0_01": "constant_0.01",
    "c_0_05": "constant_0.05",
    "c_0_1": "constant_0.1",
    "c_0_5": "constant_0.5",
    "c_2": "constant_2",
}


def main(init: str) -> Arm:
    """Return the arm of the document's net and recipe that starts from `init`."""
    return Arm("mnist_main", init, "mnist", "mnist_net")


def ablation(init: str, architecture: str = "mnist_net") -> Arm:
    """Return the arm of the short experiment that starts `architecture` from `init`."""
    return Arm("mnist_ablations", init, "mnist", architecture)


def constant_arms() -> list[Arm]:
    """Return every arm of the document's net whose parameters all start at one value."""
    inits = CONSTANTS.values()
    long = Arm("mnist_ones_long", "ones", "mnist", "mnist_net")
    return (
        [main(init) for init in ("zeros", "ones", "minus_ones")]
        + [long]
        + list(map(ablation, inits))
    )


def by_epoch(tables: Tables, arm: Arm, split: str = "test") -> pd.DataFrame:
    """Return accuracy as a table seeds x whole epochs, from the first on."""
    rows = select(tables.curves(arm.experiment), arm)
    rows = rows[(rows["split"] == split) & (rows["epoch"] >= 1) & (rows["epoch"] % 1 == 0)]
    return rows.pivot(index="seed", columns="epoch", values="accuracy").astype(float)


def inside(accuracy: "pd.Series[Any]", low: float, high: float) -> "pd.Series[bool]":
    """Return which runs lie in the closed band from `low` to `high`."""
    return accuracy.between(low - ROUNDING, high + ROUNDING)


def extreme(tables: Tables, arm: Arm, quantity: str, layer: str, which: str = "max") -> float:
    """Return the "max" or "min" of a recorded quantity over the runs and steps of `arm`."""
    rows = tables.layers(arm.experiment)
    rows = select(rows[(rows["quantity"] == quantity) & (rows["layer"] == layer)], arm)
    return float(rows["value"].agg(which, skipna=False))


def at_end(tables: Tables, arm: Arm, quantity: str, layer: str) -> "pd.Series[float]":
    """Return a recorded quantity of every run of `arm` at its last step, by seed."""
    return measured(tables, arm, quantity)[layer]


def distinct_units(tables: Tables, arms: Iterable[Arm]) -> dict[str, Estimate]:
    """Return the largest number of different units of each layer, over runs and steps."""
    arms = list(arms)
    counted = {
        "first_layer": ("distinct_rows", "fc1.weight"),
        "second_layer": ("distinct_rows", "fc2.weight"),
        "last_layer": ("distinct_columns", "out.weight"),
    }
    return {
        name: exact(max(extreme(tables, arm, quantity, layer) for arm in arms))
        for name, (quantity, layer) in counted.items()
    }
