"""Picks from the measurements at initialization what the adjudicators compare: draws x layers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from initbench.errors import InitbenchError
from initbench.tables.read import Tables

WIDTH = 64  # of the nets that document B's training rows use
UNIT = "decades a layer"
TINY = np.finfo(np.float64).tiny  # keeps the logarithm of a vanished signal finite
RESOLUTION = 1e-13  # smaller spreads than this share of the values are float64's rounding


@dataclass(frozen=True)
class Net:
    """The nets of one init, activation, width and shape in the table of a propagation probe."""

    init: str
    activation: str
    probe: str = "signal"
    width: int = WIDTH
    variant: str = "square"


def picked(tables: Tables, probe: str, **keys: Any) -> pd.DataFrame:
    """Return the rows of `probe` whose columns equal `keys`; InitbenchError when there is none."""
    frame = tables.probe(probe)
    mask = np.logical_and.reduce([frame[column] == key for column, key in keys.items()])
    if not mask.any():
        named = ", ".join(f"{column} {key}" for column, key in keys.items())
        raise InitbenchError(
            f"The probe '{probe}' holds no value of {named}; measure that before judging."
        )
    return frame[mask]


def by_layer(tables: Tables, net: Net, quantity: str) -> pd.DataFrame:
    """Return `quantity` of `net` as a table draws x layers, from the first hidden layer on."""
    keys = {"init": net.init, "activation": net.activation, "width": net.width}
    rows = picked(tables, net.probe, **keys, variant=net.variant, quantity=quantity)
    return layered(rows[rows["layer"] > 0])


def layered(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the values of `rows`, one a draw and layer, as a table draws x layers."""
    return rows.pivot(index="seed", columns="layer", values="value")


def line_slopes(table: pd.DataFrame) -> "pd.Series[float]":
    """Return the least-squares slope of each row of `table` over its numeric columns."""
    lines = np.polyfit(table.columns.to_numpy(float), table.to_numpy().T, deg=1)
    return pd.Series(lines[0], index=table.index)


def log_slopes(sizes: pd.DataFrame) -> "pd.Series[float]":
    """Return the slope of log10 of `sizes`, draws x layers, in decades a layer by draw."""
    return line_slopes(sizes.clip(lower=TINY).apply(np.log10))


def ratios(sizes: pd.DataFrame, at: int, over: int = 1) -> "pd.Series[float]":
    """Return the size in layer `at` over that in layer `over`, by draw; 0 where all vanished."""
    return sizes[at] / sizes[over].clip(lower=TINY)


def forward(tables: Tables, net: Net) -> "pd.Series[float]":
    """Return decades a layer by which the standard deviation across samples grows, by draw.

    Layers where some draw's samples differ by no more than rounding are left out.
    """
    variance = by_layer(tables, net, "variance")
    resolved = variance >= RESOLUTION**2 * by_layer(tables, net, "second_moment")
    return log_slopes(variance.loc[:, resolved.all()]) / 2


def backward(tables: Tables, net: Net) -> "pd.Series[float]":
    """Return decades a layer by which the state's gradient grows on its way back, by draw."""
    return -log_slopes(by_layer(tables, net, "state_gradient_rms"))
