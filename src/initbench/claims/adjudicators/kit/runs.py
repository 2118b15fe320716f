"""Picks from the collected tables what the adjudicators compare: runs of one arm, by seed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from initbench.errors import InitbenchError
from initbench.statistics import (
    SHARE,
    UNBOUNDED,
    Bounds,
    Estimate,
    mean,
    paired_difference,
    proportion,
)
from initbench.tables.read import Tables

ROUNDING = 1e-6  # accuracies may have passed through float32 on their way into a table


@dataclass(frozen=True)
class Arm:
    """One arm of a comparison: an experiment's runs of dataset x architecture x init."""

    experiment: str
    init: str
    dataset: str
    architecture: str


def select(frame: pd.DataFrame, arm: Arm, **wanted: Any) -> pd.DataFrame:
    """Return the rows of `arm` with the `wanted` values in further columns.

    InitbenchError when the table has none.
    """
    return frame[_places(frame, arm, **wanted)]


def _places(frame: pd.DataFrame, arm: Arm, **wanted: Any) -> npt.NDArray[np.bool_]:
    """Return which rows of `frame` are those of `arm` with the `wanted` values."""
    identity = {"init": arm.init, "dataset": arm.dataset, "architecture": arm.architecture}
    found = np.ones(len(frame), dtype=bool)
    for column, value in (*identity.items(), *wanted.items()):
        # The bare arrays compare several times faster than the columns do.
        found &= np.asarray(frame[column].array == value, dtype=bool)
    if not found.any():
        raise InitbenchError(
            f"The tables of '{arm.experiment}' hold no run of {arm.dataset} x "
            f"{arm.architecture} x {arm.init}; run that cell before judging."
        )
    return found


def final(tables: Tables, arm: Arm, column: str = "test_accuracy") -> "pd.Series[Any]":
    """Return an outcome of every run of `arm`, indexed by seed."""
    frame = tables.outcomes(arm.experiment)
    places = _places(frame, arm)
    return frame[column][places].set_axis(frame["seed"][places])


def curve_at(
    tables: Tables, arm: Arm, step: int, column: str = "accuracy", split: str = "test"
) -> "pd.Series[Any]":
    """Return loss or accuracy of every run of `arm` after `step` updates, indexed by seed."""
    rows = select(tables.curves(arm.experiment), arm)
    rows = rows[(rows["split"] == split) & (rows["step"] == step)]
    return rows.set_index("seed")[column].astype(float)


def measured(
    tables: Tables, arm: Arm, quantity: str, step: int | None = None, index: int = 0
) -> pd.DataFrame:
    """Return a recorded quantity as a table seeds x layers; `step` None means the last one."""
    rows = select(tables.layers(arm.experiment), arm, quantity=quantity, index=index)
    at = rows["step"].max() if step is None else step
    return rows[rows["step"] == at].pivot(index="seed", columns="layer", values="value")


def reached(accuracy: "pd.Series[Any]", level: float) -> "pd.Series[bool]":
    """Return which runs have at least `level`; NaN, as of a diverged run, has not."""
    return accuracy >= level - ROUNDING


def success(tables: Tables, arm: Arm, level: float = 0.99) -> "pd.Series[bool]":
    """Return which runs of `arm` end with at least `level` test accuracy, indexed by seed."""
    return reached(final(tables, arm), level)


def success_rate(tables: Tables, arm: Arm, level: float = 0.99) -> Estimate:
    """Return the share of runs of `arm` that end with at least `level` test accuracy."""
    return proportion(success(tables, arm, level).to_numpy(bool))


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


def ever_reaches(tables: Tables, arm: Arm, level: float) -> bool:
    """Return whether any run of `arm` is seen with the test accuracy `level`."""
    rows = select(tables.curves(arm.experiment), arm)
    return bool(reached(rows.loc[rows["split"] == "test", "accuracy"], level).any())


def success_gain(tables: Tables, arm: Arm, over: Arm, level: float = 0.99) -> Estimate:
    """Return the paired difference in success rate, `arm` minus `over`."""
    return difference(success(tables, arm, level), success(tables, over, level))


def mean_accuracy(tables: Tables, arm: Arm) -> Estimate:
    """Return the mean final test accuracy of the runs of `arm`."""
    return mean(final(tables, arm).to_numpy(float), bounds=SHARE)


def one_class(tables: Tables, arm: Arm) -> "pd.Series[bool]":
    """Return which runs predict a single class for every test image at the end, by seed."""
    return final(tables, arm, "predicted_classes") == 1


def steps_to(tables: Tables, arm: Arm, goal: float) -> "pd.Series[float]":
    """Return the steps until test accuracy first reaches `goal`, by seed.

    Linear between evaluations; a run that never reaches it counts with its last step.
    """
    rows = select(tables.curves(arm.experiment), arm)
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
