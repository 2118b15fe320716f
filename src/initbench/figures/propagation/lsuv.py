"""Document B at initialization: the variances that LSUV reaches, and how it reaches them."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initbench.figures.kit.frames import bands, central_range
from initbench.figures.kit.over_depth import EDGE, Limits, heading, held, measured
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    band,
    below,
    canvas,
    empty,
    key,
    lines,
    logarithmic,
    ramp,
    reference,
)
from initbench.figures.kit.words import ACTIVATIONS, each, extremes, number
from initbench.figures.propagation.nets import WIDTH, by_activation
from initbench.tables.read import Tables

SHOWN = ["identity", "tanh", "sigmoid", "relu", "elu", "gelu", "silu"]
# A quantity's text, the init whose colour it wears, marker and dash.
LOOKS = {
    "variance_before": ("orthogonal start", "orthogonal", "^", (0, (8, 1.5))),
    "variance_calibration": ("LSUV, on the batch that it saw", "lsuv", "*", "-"),
    "variance_heldout": ("LSUV, on another batch", "lsuv", "o", (0, (2, 1.5))),
}
AFTER = ["variance_calibration", "variance_heldout"]
LIMITS = (1e-7, 10.0)
NEAR = (0.6, 1.4)
MARGINS = {0.05: ":", 0.15: "--"}  # the ledger's, for the calibration and the held-out batch
SCALES = {0.1: "v", 1.0: "o", 10.0: "^"}
FACTORS = (1e-2, 1e2)


def _bands(tables: Tables, quantities: list[str]) -> pd.DataFrame:
    """Return median and central 90 % over draws by quantity, activation, input scale and layer."""
    found = measured(tables, "lsuv_report", quantity=quantities, activation=SHOWN, width=WIDTH)
    by = ["quantity", "activation", "scale", "layer"]
    scaled = found.assign(scale=found.variant.astype(float))
    return bands(scaled, by, "value", central_range)


def _grid(frame: pd.DataFrame, draw: Callable[[Axes, pd.DataFrame], None], ylabel: str) -> Figure:
    """Draw 2 × 4 panels over depth, one an activation; the eighth stays free."""
    drawing: Figure
    drawing, panels = canvas(2, 4, 5.0, sharex=True, sharey=True)
    for axes, name in zip(panels.flat, SHOWN, strict=False):
        part = frame[frame.activation == name]
        draw(axes, part)
        heading(axes, ACTIVATIONS[name], part)
    panels[1, 3].set_visible(False)
    panels[0, 3].tick_params(labelbottom=True)
    for row in panels:
        row[0].set_ylabel(ylabel)
    below(panels, "layer l")
    key(drawing, lines(panels))
    return drawing


def _draw_variances(axes: Axes, frame: pd.DataFrame, limits: Limits) -> None:
    """Draw one line and band a quantity of `LOOKS` that `frame` holds, within `limits`."""
    for quantity, (text, init, marker, dash) in LOOKS.items():
        part = held(frame[frame.quantity == quantity], limits)
        if len(part):
            band(axes, part, "layer", init, text, marker=marker, ls=dash, lw=1.5, ms=4.5)
    if frame.empty:
        empty(axes)


@figure(
    name="lsuv_variance",
    needs=["lsuv_report"],
    title="Variance of each layer's output before and after LSUV, width 64",
    caption=(
        "Variance over samples and units of what enters each activation, for Gaussian inputs of "
        f"variance 1. Median over draws; the bands hold the central 90 %. {EDGE}"
    ),
)
def draw_variance(tables: Tables) -> Drawing:
    """Draw the variance over depth of the orthogonal start and of LSUV, on both batches."""
    frame = _bands(tables, list(LOOKS)).query("scale == 1")
    drawing = _grid(frame, _draw_all, "variance")
    last = frame[(frame.layer == frame.layer.max()) & (frame.quantity != "variance_heldout")]
    words = extremes(_rows(last), number)
    return Drawing(drawing, frame, f"Median variance of the last layer's output, {words}.")


def _draw_all(axes: Axes, frame: pd.DataFrame) -> None:
    logarithmic(axes)
    axes.set_ylim(LIMITS[0] / 2, LIMITS[1] * 2)
    _draw_variances(axes, frame, LIMITS)


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Name panels by quantity and rows by activation, for the words."""
    texts = frame.quantity.map({quantity: look[0] for quantity, look in LOOKS.items()})
    return frame.assign(panel=texts, row=by_activation(frame))


@figure(
    name="lsuv_heldout",
    needs=["lsuv_report"],
    title="How near to 1 the variance is after LSUV, on two batches",
    caption=(
        "Variance over samples and units of what enters each activation, on the 256 inputs that "
        "LSUV saw and on 256 others. Dotted: 0.95 and 1.05; dashed: 0.85 and 1.15. Median over "
        f"draws; the bands hold the central 90 %. {EDGE}"
    ),
)
def draw_heldout(tables: Tables) -> Drawing:
    """Draw the variance over depth after LSUV on the calibration and a held-out batch."""
    frame = _bands(tables, AFTER).query("scale == 1")
    drawing = _grid(frame, _draw_near, "variance")
    words = extremes(_rows(frame[frame.layer == frame.layer.max()]), number)
    return Drawing(drawing, frame, f"Median variance of the last layer's output, {words}.")


def _draw_near(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set_ylim(*NEAR)
    for margin, dash in MARGINS.items():
        reference(axes, 1 - margin, dash=dash)
        reference(axes, 1 + margin, dash=dash)
    _draw_variances(axes, frame, NEAR)


@figure(
    name="lsuv_scale",
    needs=["lsuv_report"],
    title="By how much LSUV scales each layer, for inputs of three sizes",
    caption=(
        "Norm of each weight matrix after LSUV over that of its orthogonal start. If LSUV adapts "
        "to the size of the data, only the first factor moves. Median over draws; the bands hold "
        f"the central 90 %. {EDGE}"
    ),
)
def draw_scale(tables: Tables) -> Drawing:
    """Draw the scale factors over depth for inputs of standard deviation 0.1, 1 and 10."""
    frame = _bands(tables, ["scale_factor"])
    drawing = _grid(frame, _draw_scales, "factor")
    first = frame[(frame.layer == 1) & frame.activation.isin(["identity", "relu"])]
    words = each(first, lambda row: f"{ACTIVATIONS[row.activation]} at {row.scale:g}", number)
    return Drawing(drawing, frame, f"Factor of layer 1 by standard deviation of inputs: {words}.")


def _draw_scales(axes: Axes, frame: pd.DataFrame) -> None:
    logarithmic(axes)
    axes.set_ylim(FACTORS[0] / 2, FACTORS[1] * 2)
    reference(axes, 1.0, dash=":")
    for ink, (scale, marker) in zip(ramp(len(SCALES)), SCALES.items(), strict=True):
        part = held(frame[frame.scale == scale], FACTORS)
        style: dict[str, Any] = {"color": ink, "marker": marker, "ls": "-", "lw": 1.3, "ms": 4.5}
        if len(part):
            text = f"inputs × {scale:g}"
            band(axes, part, "layer", "lsuv", text, **style)
    if frame.empty:
        empty(axes)
