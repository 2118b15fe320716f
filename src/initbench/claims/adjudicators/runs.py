"""Picks from the collected tables what the adjudicators compare: runs of one cell, by seed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from initbench.errors import InitbenchError
from initbench.statistics import UNBOUNDED, Bounds, Estimate, paired_difference, proportion
from initbench.tables import Tables

ROUNDING = 1e-6  # accuracies may have passed through float32 on their way into a table


@dataclass(frozen=True)
class Cell:
    """One cell of the grid: an experiment's runs of dataset x architecture x init."""

    experiment: str
    init: str = "default"
    dataset: str = "moons"
    architecture: str = "tanh_chain"


def select(frame: pd.DataFrame, cell: Cell, **wanted: Any) -> pd.DataFrame:
    """Return the rows of `cell` with the `wanted` values in further columns.

    InitbenchError when the table has none.
    """
    return frame[_places(frame, cell, **wanted)]


def _places(frame: pd.DataFrame, cell: Cell, **wanted: Any) -> npt.NDArray[np.bool_]:
    """Return which rows of `frame` are those of `cell` with the `wanted` values."""
    identity = {"init": cell.init, "dataset": cell.dataset, "architecture": cell.architecture}
    found = np.ones(len(frame), dtype=bool)
    for column, value in (*identity.items(), *wanted.items()):
        # The bare arrays compare several times faster than the columns do.
        found &= np.asarray(frame[column].array == value, dtype=bool)
    if not found.any():
        raise InitbenchError(
            f"The tables of '{cell.experiment}' hold no run of {cell.dataset} x "
            f"{cell.architecture} x {cell.init}; run that cell before judging."
        )
    return found


def final(tables: Tables, cell: Cell, column: str = "test_accuracy") -> "pd.Series[Any]":
    """Return an outcome of every run of `cell`, indexed by seed."""
    frame = tables.outcomes(cell.experiment)
    places = _places(frame, cell)
    return frame[column][places].set_axis(frame["seed"][places])


def curve_at(
    tables: Tables, cell: Cell, step: int, column: str = "accuracy", split: str = "test"
) -> "pd.Series[Any]":
    """Return loss or accuracy of every run of `cell` after `step` updates, indexed by seed."""
    rows = select(tables.curves(cell.experiment), cell)
    rows = rows[(rows["split"] == split) & (rows["step"] == step)]
    return rows.set_index("seed")[column].astype(float)


def measured(
    tables: Tables, cell: Cell, quantity: str, step: int | None = None, index: int = 0
) -> pd.DataFrame:
    """Return a recorded quantity as a table seeds x layers; `step` None means the last one."""
    rows = select(tables.layers(cell.experiment), cell, quantity=quantity, index=index)
    at = rows["step"].max() if step is None else step
    return rows[rows["step"] == at].pivot(index="seed", columns="layer", values="value")


def reached(accuracy: "pd.Series[Any]", level: float) -> "pd.Series[bool]":
    """Return which runs have at least `level`; NaN, as of a diverged run, has not."""
    return accuracy >= level - ROUNDING


def success(tables: Tables, cell: Cell, level: float = 0.99) -> "pd.Series[bool]":
    """Return which runs of `cell` end with at least `level` test accuracy, indexed by seed."""
    return reached(final(tables, cell), level)


def success_rate(tables: Tables, cell: Cell, level: float = 0.99) -> Estimate:
    """Return the share of runs of `cell` that end with at least `level` test accuracy."""
    return proportion(success(tables, cell, level).to_numpy(bool))


def difference(
    first: "pd.Series[Any]", second: "pd.Series[Any]", *, bounds: Bounds = UNBOUNDED
) -> Estimate:
    """Return the mean of first - second over the seeds that both have, inside `bounds`.

    Two columns of true and false are shares of the same runs.
    """
    kind = bool if first.dtype == second.dtype == bool else float
    pairs = pd.concat([first.astype(kind), second.astype(kind)], axis=1, join="inner")
    arms = (pairs.iloc[:, place].to_numpy() for place in (0, 1))
    return paired_difference(*arms, bounds=bounds)


def ever_reaches(tables: Tables, cell: Cell, level: float) -> bool:
    """Return whether any run of `cell` is seen with the test accuracy `level`."""
    rows = select(tables.curves(cell.experiment), cell)
    return bool(reached(rows.loc[rows["split"] == "test", "accuracy"], level).any())


def success_gain(tables: Tables, cell: Cell, over: Cell, level: float = 0.99) -> Estimate:
    """Return the paired difference in success rate, `cell` minus `over`."""
    return difference(success(tables, cell, level), success(tables, over, level))
