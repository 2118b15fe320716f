"""Document B at initialization: the size of the signal from layer to layer."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from initbench.figures.kit.frames import bands, central_range, present
from initbench.figures.kit.over_depth import (
    EDGE,
    Limits,
    depth_panel,
    heading,
    measured,
    over_depth,
)
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import INK, below, canvas, colour, key, lines, reference
from initbench.figures.kit.words import ACTIVATIONS, each, number
from initbench.figures.propagation.nets import (
    FITTED,
    PLAIN,
    WIDTH,
    activation_grid,
    by_activation,
    ends,
)
from initbench.tables.read import Tables

MOMENT = "second_moment"
WIDTHS = (2, 16, 64, 256)
NARROW = ["default_zero_bias", "xavier_normal", "he_normal", "orthogonal"]
NARROW_LIMITS = (1e-6, 1e2)
SPREAD = ["normal_0.01", "default", "default_zero_bias", "xavier_normal", "orthogonal"]
SPREAD_LIMITS = (1e-20, 1.0)
SPREAD_WIDTH = 100
SIZES = {MOMENT: "second moment", "variance": "variance over samples"}
BOUNDED = ["tanh", "sigmoid"]


def _forward(tables: Tables, inits: Sequence[str], limits: Limits) -> Drawing:
    frame = over_depth(
        tables, "signal", [MOMENT], init=inits, activation=list(ACTIVATIONS), width=WIDTH
    )
    drawing = activation_grid(frame, inits, "second moment", limits, level=1.0)
    words = ends(frame, by_activation)
    return Drawing(drawing, frame, f"Median second moment after the last layer, {words}.")


@figure(
    name="signal_forward",
    needs=["signal"],
    title="Size of the signal, width 64: inits that ignore the activation",
    caption=(
        "Mean square of the states for Gaussian inputs of variance 1 (dotted: 1). Median over "
        f"draws; the bands hold the central 90 %. {EDGE}"
    ),
)
def draw_forward(tables: Tables) -> Drawing:
    """Draw the second moment over depth of the plain inits, one panel an activation."""
    return _forward(tables, PLAIN, (1e-6, 1e6))


@figure(
    name="signal_forward_fitted",
    needs=["signal"],
    title="Size of the signal, width 64: inits that look at more",
    caption=(
        "Mean square of the states for inits that look at the activation (the gained ones, and "
        "critical where a critical point exists), at the data (lsuv) or at the spectral radius of "
        f"the drawn weights. Median over draws; the bands hold the central 90 %. {EDGE}"
    ),
)
def draw_fitted(tables: Tables) -> Drawing:
    """Draw the second moment over depth of the fitted inits, one panel an activation."""
    return _forward(tables, FITTED, (1e-3, 1e3))


@figure(
    name="signal_forward_widths",
    needs=["signal"],
    title="Size of the signal over depth, from narrow nets to wide ones",
    caption=(
        "Mean square of the states: median over draws (solid or dashed, with marks) and the "
        "central 90 %; the fine dotted lines are means over draws. Where the two part, a few large "
        f"draws carry the mean. {EDGE}"
    ),
)
def draw_widths(tables: Tables) -> Drawing:
    """Draw the second moment over depth for four widths, under tanh and under ReLU."""
    names = ["tanh", "relu"]
    frame = _with_means(tables, names)
    drawing, panels = canvas(2, 4, 5.4, sharex=True, sharey=True)
    for row, name in zip(panels, names, strict=True):
        for axes, width in zip(row, WIDTHS, strict=True):
            _draw_width(axes, frame[(frame.activation == name) & (frame.width == width)])
        row[0].set_ylabel(f"second moment, {ACTIVATIONS[name]}")
    below(panels, "layer l")
    key(drawing, [*lines(panels), Line2D([], [], color=INK, ls=":", lw=1.1, label="mean")])
    he = frame[(frame["init"] == "he_normal") & (frame.activation == "relu")]
    last = he[he.layer == he.layer.max()]
    words = each(last, lambda row: f"width {row.width}", number)
    return Drawing(drawing, frame, f"ReLU with He, median second moment at the end: {words}.")


def _with_means(tables: Tables, activations: list[str]) -> pd.DataFrame:
    """Return median and central 90 % of the second moment over draws, and its mean."""
    by = ["activation", "width", "init", "layer"]
    wanted = {"init": NARROW, "activation": activations}
    found = measured(tables, "signal", quantity=MOMENT, width=WIDTHS, **wanted)
    means = found.groupby(by)["value"].mean().rename("mean")
    return bands(found, by, "value", central_range).join(means, on=by)


def _draw_width(axes: Axes, frame: pd.DataFrame) -> None:
    reference(axes, 1.0, dash=":")
    depth_panel(axes, frame, NARROW, NARROW_LIMITS)
    for init in present(frame, NARROW):
        part = frame[frame["init"] == init]
        means = part["mean"].clip(*NARROW_LIMITS)
        axes.plot(part.layer, means, color=colour(init), ls=":", lw=1.1)
    heading(axes, f"width {frame.width.max()}" if len(frame) else "", frame)


@figure(
    name="signal_variance",
    needs=["signal_w100"],
    title="What a layer passes on: size of the states and their spread, width 100",
    caption=(
        "Above, the mean square of the states; below, their variance over samples, which is what "
        "tells inputs apart. A sigmoid's states stay near 0.5, so that their mean square says "
        f"nothing. Median over draws; the bands hold the central 90 %. {EDGE}"
    ),
)
def draw_variance(tables: Tables) -> Drawing:
    """Draw second moment and variance across samples over 20 tanh and sigmoid layers."""
    wanted = {"init": SPREAD, "activation": BOUNDED}
    frame = over_depth(tables, "signal_w100", list(SIZES), width=SPREAD_WIDTH, **wanted)
    drawing, panels = canvas(2, 2, 5.6, sharex=True, sharey=True)
    for row, (quantity, text) in zip(panels, SIZES.items(), strict=True):
        for axes, name in zip(row, BOUNDED, strict=True):
            part = frame[(frame.quantity == quantity) & (frame.activation == name)]
            depth_panel(axes, part, SPREAD, SPREAD_LIMITS)
            heading(axes, name, part)
        row[0].set_ylabel(text)
    below(panels, "layer l")
    key(drawing, lines(panels))
    words = ends(frame, lambda last: last.activation + ", " + last.quantity.map(SIZES))
    return Drawing(drawing, frame, f"Medians after the last layer, {words}.")
