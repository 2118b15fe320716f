"""Document B at initialization: the size of the gradient from layer to layer."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import bands, central_range
from initbench.figures.kit.over_depth import EDGE, depth_panel, heading, measured, over_depth
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.rows import dot_panel
from initbench.figures.kit.style import below, canvas, empty, key, label, lines, proxy, reference
from initbench.figures.kit.words import ACTIVATIONS, each, extremes, number
from initbench.figures.propagation.nets import FOUR, PLAIN, WIDTH, by_activation, ends
from initbench.tables.read import Tables

GRADIENTS = {
    "state_gradient_rms": "gradient of the states",
    "weight_gradient_norm": "gradient of the weights",
}
LIMITS = (1e-10, 1e10)
SLOPE_WIDTH = 100
FORWARD, BACKWARD = "states, forwards", "gradients, backwards"
DIRECTIONS = {"second_moment": FORWARD, "state_gradient_rms": BACKWARD}
SHAPED = ["orthogonal", "orthogonal_gained", "xavier_normal"]
SHAPES = {"square": (1, 1), "growing": (1, 4), "shrinking": (4, 1)}  # first and last, in widths
SHAPE_LIMITS = (1e-4, 1e4)
SHAPE_WIDTH = 16


@figure(
    name="signal_backward",
    needs=["signal"],
    title="Size of the gradient over 50 layers at init, width 64",
    caption=(
        "Gradient of a random linear readout of the last layer: its rms over the states of each "
        "layer, and its norm over each weight matrix. Median over draws; the bands hold the "
        f"central 90 %. {EDGE}"
    ),
)
def draw_backward(tables: Tables) -> Drawing:
    """Draw the gradients of states and weights over depth for four activations."""
    frame = over_depth(tables, "signal", list(GRADIENTS), init=PLAIN, activation=FOUR, width=WIDTH)
    drawing, panels = canvas(2, 4, 5.8, sharex=True, sharey=True)
    for row, (quantity, text) in zip(panels, GRADIENTS.items(), strict=True):
        for axes, name in zip(row, FOUR, strict=True):
            part = frame[(frame.quantity == quantity) & (frame.activation == name)]
            reference(axes, 1.0, dash=":")
            depth_panel(axes, part, PLAIN, LIMITS)
            heading(axes, ACTIVATIONS[name], part)
        row[0].set_ylabel(text)
    below(panels, "layer l")
    key(drawing, lines(panels))
    first = frame[(frame.layer == frame.layer.min()) & (frame.quantity == "state_gradient_rms")]
    words = ends(first, by_activation)
    return Drawing(drawing, frame, f"Median rms gradient of the first states, {words}.")


@figure(
    name="signal_slopes",
    needs=["signal_w100"],
    title="Decades gained or lost in each layer, width 100",
    caption=(
        "Slope of a least-squares line through log10 of the rms of the states over the layers, "
        "walking forwards, and of the rms of their gradients, walking backwards. Below zero it "
        "vanishes, above zero it explodes. Median over draws; bars hold the central 90 %."
    ),
)
def draw_slopes(tables: Tables) -> Drawing:
    """Draw the forward and the backward slope per layer of every init and activation."""
    frame = _slope_rows(tables)
    drawing, panels = canvas(2, 2, 6.2, sharex=True)
    for axes, name in zip(panels.flat, FOUR, strict=True):
        part = frame[frame.activation == name]
        reference(axes, 0.0, across=False, dash=":")
        axes.set_title(ACTIVATIONS[name])
        if part.empty:
            empty(axes)
        else:
            dot_panel(axes, part, [FORWARD, BACKWARD])
    below(panels, "decades a layer")
    key(drawing, [proxy(FORWARD), proxy(BACKWARD, "none")])
    panel = frame.activation.map(ACTIVATIONS) + ", " + frame.level
    words = extremes(frame.assign(panel=panel), number)
    return Drawing(drawing, frame, f"Median decades a layer, {words}.")


def _slope_rows(tables: Tables) -> pd.DataFrame:
    wanted = {"quantity": list(DIRECTIONS), "init": PLAIN, "activation": FOUR}
    slopes = decades(measured(tables, "signal_w100", width=SLOPE_WIDTH, **wanted))
    sign_and_root = slopes.quantity.map({"second_moment": 0.5, "state_gradient_rms": -1.0})
    slopes = slopes.assign(slope=slopes.slope * sign_and_root)
    frame = bands(slopes, ["activation", "quantity", "init"], "slope", central_range)
    frame = frame.assign(row=frame["init"].map(label), level=frame.quantity.map(DIRECTIONS))
    places = frame["init"].map(PLAIN.index)
    return frame.assign(place=places).sort_values(["activation", "place"], kind="stable")


def decades(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row a draw: the slope of log10(value) over the layers, by least squares.

    A draw whose value is exactly zero somewhere has no slope and is left out.
    """
    cell = ["activation", "quantity", "init", "seed"]
    positive = frame[frame.groupby(cell)["value"].transform("min") > 0]
    rows = [
        (*name, float(np.polyfit(part.layer, np.log10(part.value), 1)[0]))
        for name, part in positive.groupby(cell)
    ]
    return pd.DataFrame(rows, columns=[*cell, "slope"])


@figure(
    name="signal_shapes",
    needs=["signal_shapes"],
    title="Norm of the gradient in square, growing and shrinking nets",
    caption=(
        "Norm of the gradient of each layer's states over that of the last layer's. Square nets "
        "are 16 units wide; growing ones end at 64 units, shrinking ones begin there. Median over "
        f"draws; the bands hold the central 90 %. {EDGE}"
    ),
)
def draw_shapes(tables: Tables) -> Drawing:
    """Draw the gradient's norm relative to the last layer, by activation and shape."""
    frame = _relative_norms(tables)
    names = ["identity", "tanh", "relu"]
    drawing, panels = canvas(3, 3, 7.2, sharex=True, sharey=True)
    for row, name in zip(panels, names, strict=True):
        for axes, shape in zip(row, SHAPES, strict=True):
            part = frame[(frame.activation == name) & (frame.variant == shape)]
            _draw_shape(axes, part, f"{ACTIVATIONS[name]}, {shape}")
        row[0].set_ylabel("relative norm")
    below(panels, "layer l")
    key(drawing, lines(panels))
    first = frame[(frame.layer == frame.layer.min()) & (frame["init"] == "orthogonal")]
    words = each(first, lambda row: f"{ACTIVATIONS[row.activation]}, {row.variant}", number)
    alt = f"Orthogonal, median norm at layer 1 over that at the last layer: {words}."
    return Drawing(drawing, frame, alt)


def _draw_shape(axes: Axes, frame: pd.DataFrame, text: str) -> None:
    reference(axes, 1.0, dash=":")
    depth_panel(axes, frame, SHAPED, SHAPE_LIMITS)
    heading(axes, text, frame)


def _relative_norms(tables: Tables) -> pd.DataFrame:
    """Return bands of the norm of the states' gradient over that at the last layer of a draw."""
    wanted = {"quantity": "state_gradient_rms", "init": SHAPED}
    frame = measured(tables, "signal_shapes", width=SHAPE_WIDTH, **wanted)
    frame = frame[frame.variant.isin(list(SHAPES))]
    norms = frame.assign(value=frame.value * np.sqrt(units(frame)))
    net = ["activation", "variant", "init", "seed"]
    last = norms[norms.layer == norms.layer.max()].set_index(net)["value"].rename("last")
    ratios = norms.join(last, on=net)
    by = ["activation", "variant", "init", "layer"]
    return bands(ratios.assign(value=ratios.value / ratios["last"]), by, "value", central_range)


def units(frame: pd.DataFrame) -> pd.Series:
    """Return the number of units of each row's layer: widths change evenly with depth."""
    first, last = (
        frame.variant.map({name: ends[side] for name, ends in SHAPES.items()}).astype(float)
        for side in (0, 1)
    )
    reach = (last - first) * frame.layer / frame.layer.max()
    count: pd.Series = (frame.width * (first + reach)).astype(float).round()
    return count
