"""The tables of the probes at initialization, and panels that draw them over the layers."""

from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.figure import Figure

from initbench.figures.kit.over_depth import Limits, depth_panel, heading
from initbench.figures.kit.style import (
    below,
    canvas,
    key,
    label,
    lines,
    reference,
)
from initbench.figures.kit.words import ACTIVATIONS, extremes, number

FOUR = ["identity", "tanh", "sigmoid", "relu"]
# Inits that know the sizes of a layer at most. LeCun's is Xavier's where layers are square.
PLAIN = [
    *("normal_0.01", "normal_1", "default", "default_zero_bias", "xavier_normal", "he_normal"),
    "orthogonal",
]
# Inits that also know the activation, the weights that they drew, or the data.
FITTED = ["he_gained", "orthogonal_gained", "critical", "lsuv", "spectral_radius"]
WIDTH = 64


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
