"""MNIST cells of family E2, and what several of their rows read from the tables."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from initbench.claims.adjudicators.runs import ROUNDING, Cell, final, measured, select
from initbench.statistics import SHARE, Estimate, exact, mean
from initbench.tables import Tables

MAJORITY_SHARE = 0.1135  # digit 1 among the 10 000 test images: the best constant answer
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


def main(init: str) -> Cell:
    """Return the cell of the document's net and recipe that starts from `init`."""
    return Cell("mnist_main", init, "mnist", "mnist_net")


def ablation(init: str, architecture: str = "mnist_net") -> Cell:
    """Return the cell of the short experiment that starts `architecture` from `init`."""
    return Cell("mnist_ablations", init, "mnist", architecture)


def constant_cells() -> list[Cell]:
    """Return every cell of the document's net whose parameters all start at one value."""
    inits = CONSTANTS.values()
    long = Cell("mnist_ones_long", "ones", "mnist", "mnist_net")
    return (
        [main(init) for init in ("zeros", "ones", "minus_ones")]
        + [long]
        + list(map(ablation, inits))
    )


def mean_accuracy(tables: Tables, cell: Cell) -> Estimate:
    """Return the mean final test accuracy of the runs of `cell`."""
    return mean(final(tables, cell).to_numpy(float), bounds=SHARE)


def by_epoch(tables: Tables, cell: Cell, split: str = "test") -> pd.DataFrame:
    """Return accuracy as a table seeds x whole epochs, from the first on."""
    rows = select(tables.curves(cell.experiment), cell)
    rows = rows[(rows["split"] == split) & (rows["epoch"] >= 1) & (rows["epoch"] % 1 == 0)]
    return rows.pivot(index="seed", columns="epoch", values="accuracy").astype(float)


def inside(accuracy: "pd.Series[Any]", low: float, high: float) -> "pd.Series[bool]":
    """Return which runs lie in the closed band from `low` to `high`."""
    return accuracy.between(low - ROUNDING, high + ROUNDING)


def one_class(tables: Tables, cell: Cell) -> "pd.Series[bool]":
    """Return which runs predict a single class for every test image at the end, by seed."""
    return final(tables, cell, "predicted_classes") == 1


def extreme(tables: Tables, cell: Cell, quantity: str, layer: str, which: str = "max") -> float:
    """Return the "max" or "min" of a recorded quantity over the runs and steps of `cell`."""
    rows = tables.layers(cell.experiment)
    rows = select(rows[(rows["quantity"] == quantity) & (rows["layer"] == layer)], cell)
    return float(rows["value"].agg(which, skipna=False))


def at_end(tables: Tables, cell: Cell, quantity: str, layer: str) -> "pd.Series[float]":
    """Return a recorded quantity of every run of `cell` at its last step, by seed."""
    return measured(tables, cell, quantity)[layer]


def distinct_units(tables: Tables, cells: Iterable[Cell]) -> dict[str, Estimate]:
    """Return the largest number of different units of each layer, over runs and steps."""
    cells = list(cells)
    counted = {
        "fc1_rows": ("distinct_rows", "fc1.weight"),
        "fc2_rows": ("distinct_rows", "fc2.weight"),
        "out_columns": ("distinct_columns", "out.weight"),
    }
    return {
        name: exact(max(extreme(tables, cell, quantity, layer) for cell in cells))
        for name, (quantity, layer) in counted.items()
    }


def lowest_lower(estimates: Mapping[str, Estimate]) -> Estimate:
    """Return the estimate whose lower limit is lowest."""
    return min(estimates.values(), key=lambda estimate: estimate.low)


def highest_lower(estimates: Mapping[str, Estimate]) -> Estimate:
    """Return the estimate whose lower limit is highest."""
    return max(estimates.values(), key=lambda estimate: estimate.low)


def lowest_upper(estimates: Mapping[str, Estimate]) -> Estimate:
    """Return the estimate whose upper limit is lowest."""
    return min(estimates.values(), key=lambda estimate: estimate.high)


def highest_upper(estimates: Mapping[str, Estimate]) -> Estimate:
    """Return the estimate whose upper limit is highest."""
    return max(estimates.values(), key=lambda estimate: estimate.high)
