"""What a method does to the signal on its way forward and back, from the probes."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from initbench.statistics import median
from initbench.tables.read import Tables

ACTIVATIONS = ("identity", "tanh", "relu")
WIDEST = 64
FORWARD, BACKWARD = "second_moment", "state_gradient_rms"


def signals(
    tables: Tables, instances: Sequence[str], probes: Sequence[str]
) -> list[dict[str, Any]]:
    """Return one record an instance and activation: how signals change from end to end of a net.

    `forward` is the mean square of the last state over that of the first, `backward` the size of
    the gradient at the first state over that at the last; medians over draws. The first of
    `probes` that knows the instance counts, at its largest width up to 64.
    """
    found = []
    for init in instances:
        frames = (_rows(tables.probe(name), init) for name in probes)
        frame = next((rows for rows in frames if len(rows)), None)
        if frame is not None:
            found += [_record(init, str(name), part) for name, part in frame.groupby("activation")]
    return found


def _rows(frame: pd.DataFrame, init: str) -> pd.DataFrame:
    """Return the rows of one init in square nets, of the activations that cards show."""
    keep = (frame["init"] == init) & (frame["variant"] == "square") & (frame["width"] <= WIDEST)
    rows: pd.DataFrame = frame[keep & frame["activation"].isin(ACTIVATIONS)]
    widest: pd.DataFrame = rows[rows["width"] == rows["width"].max()]
    return widest


def _record(init: str, activation: str, rows: pd.DataFrame) -> dict[str, Any]:
    first, last = int(rows["layer"].min()), int(rows["layer"].max())
    forward, backward = _values(rows, FORWARD), _values(rows, BACKWARD)
    return {
        "init": init,
        "activation": activation,
        "width": int(rows["width"].iloc[0]),
        "layers": [first, last],
        "forward": _ratio(forward[last], forward[first]),
        "backward": _ratio(backward[first], backward[last]),
    }


def _values(rows: pd.DataFrame, quantity: str) -> pd.DataFrame:
    """Return one row a draw and one column a layer."""
    part = rows[rows["quantity"] == quantity]
    return part.pivot(index="seed", columns="layer", values="value")


def _ratio(numerator: "pd.Series[float]", denominator: "pd.Series[float]") -> dict[str, Any]:
    return median((numerator / denominator).to_numpy()).to_dict()
