"""The tables of the probes at initialization, and panels that draw them over the layers."""

from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initbench.figures.kit.frames import bands, central_range, load, pick, present, runs
from initbench.figures.kit.style import (
    band,
    below,
    canvas,
    empty,
    key,
    label,
    lines,
    logarithmic,
    reference,
)
from initbench.figures.kit.words import extremes, number
from initbench.tables.read import Tables

Limits = tuple[float, float]

ACTIVATIONS = {
    "identity": "identity",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "relu": "ReLU",
    "leaky_relu_0.01": "leaky ReLU 0.01",
    "leaky_relu_0.2": "leaky ReLU 0.2",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
}
FOUR = ["identity", "tanh", "sigmoid", "relu"]
# Inits that know the sizes of a layer at most. LeCun's is Xavier's where layers are square.
PLAIN = [
    *("normal_0.01", "normal_1", "default", "default_zero_bias", "xavier_normal", "he_normal"),
    "orthogonal",
]
# Inits that also know the activation, the weights that they drew, or the data.
FITTED = ["he_gained", "orthogonal_gained", "critical", "lsuv", "spectral_radius"]
WIDTH = 64
MARGIN = 2.0  # a panel reaches so much farther than its limits, as a factor
EDGE = "Values beyond a panel are drawn at its edge."
HEADING = 10  # size in points


def measured(
    tables: Tables, probe: str, **wanted: str | int | Sequence[str] | Sequence[int]
) -> pd.DataFrame:
    """Return the rows of `probe` that hold the wanted values, without those that do not exist.

    A net whose states are all zero has no correlation, for instance, and does not count then.
    """
    return pick(load(tables.probe, probe), **wanted).dropna(subset="value")


def over_depth(
    tables: Tables,
    probe: str,
    quantities: Sequence[str],
    **wanted: str | int | Sequence[str] | Sequence[int],
) -> pd.DataFrame:
    """Return median and central 90 % over draws, one row a quantity, net, init and layer."""
    by = ["quantity", "activation", "width", "variant", "init", "layer"]
    found = measured(tables, probe, quantity=list(quantities), **wanted)
    return bands(found, by, "value", central_range)


def depth_panel(
    axes: Axes, frame: pd.DataFrame, inits: Sequence[str], limits: Limits | None = None
) -> None:
    """Draw one line and band an init over the layers; on a logarithmic axis with `limits`."""
    if limits:
        logarithmic(axes)
        axes.set_ylim(limits[0] / MARGIN, limits[1] * MARGIN)
    for place, init in enumerate(present(frame, inits)):
        part = held(frame[frame["init"] == init], limits)
        band(axes, part, "layer", init, label(init), markevery=(place % 4, 4), lw=1.5, ms=4.5)
    if frame.empty:
        empty(axes)


def held(frame: pd.DataFrame, limits: Limits | None) -> pd.DataFrame:
    """Return `frame` with value, low and high held within `limits`."""
    columns = ["value", "low", "high"]
    return frame.assign(**{c: frame[c].clip(*limits) for c in columns}) if limits else frame


def heading(axes: Axes, text: str, frame: pd.DataFrame) -> None:
    """Write `text` and the number of draws above a panel."""
    count = f" ({runs(frame)})" if len(frame) else ""
    axes.set_title(text + count, fontsize=HEADING)


def activation_grid(
    frame: pd.DataFrame,
    inits: Sequence[str],
    ylabel: str,
    limits: Limits | None = None,
    level: float | None = None,
) -> Figure:
    """Draw 3 × 3 panels over depth, one an activation, with a thin line at `level`."""
    drawing: Figure
    drawing, panels = canvas(3, 3, 7.6, sharex=True, sharey=True)
    for axes, (name, text) in zip(panels.flat, ACTIVATIONS.items(), strict=True):
        part = frame[frame.activation == name]
        if level is not None:
            reference(axes, level, dash=":")
        depth_panel(axes, part, inits, limits)
        heading(axes, text, part)
    for row in panels:
        row[0].set_ylabel(ylabel)
    below(panels, "layer l")
    key(drawing, lines(panels))
    return drawing


def ends(frame: pd.DataFrame, panel: Callable[[pd.DataFrame], pd.Series]) -> str:
    """Return, for each panel, the inits that end lowest and highest in the last layer."""
    last = frame[frame.layer == frame.layer.max()]
    named = last.assign(panel=panel(last), row=last["init"].map(label))
    return extremes(named, number)


def by_activation(frame: pd.DataFrame) -> pd.Series:
    """Return the printed name of each row's activation."""
    return frame.activation.map(ACTIVATIONS)
