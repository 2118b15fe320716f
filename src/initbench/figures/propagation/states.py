"""Document B at initialization: silent and saturated units, and how inputs stay apart."""

from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import bands, central_range
from initbench.figures.kit.over_depth import depth_panel, heading, measured, over_depth
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import below, canvas, key, lines, percent, reference
from initbench.figures.kit.words import ACTIVATIONS
from initbench.figures.propagation.nets import (
    FOUR,
    PLAIN,
    WIDTH,
    activation_grid,
    by_activation,
    ends,
)
from initbench.tables.read import Tables


class Share(NamedTuple):
    """One panel of shares: of which activation, which quantity, and what it counts."""

    activation: str
    quantity: str
    text: str


SHARES = [
    Share("relu", "zero_share", "ReLU: outputs of zero"),
    Share("relu", "dead_share", "ReLU: units at zero for all inputs"),
    Share("tanh", "saturated_share", "tanh: outputs beyond ±0.99"),
    Share("sigmoid", "saturated_share", "sigmoid: within 0.01 of 0 or 1"),
]
SHARE_WIDTH = 100
HALF = (0.48, 0.52)  # the ledger's margin around one half
BENT = [name for name in PLAIN if name != "normal_0.01"]
ANGLES = (-0.15, 1.05)
RESOLVED = 1e-26  # variance over second moment; below it rounding shapes the cloud


@figure(
    name="signal_activations_share",
    needs=["signal_w100"],
    title="How many outputs are silent or saturated, width 100",
    caption=(
        "Share of the outputs (or units) of each layer. Median over draws; the bands hold the "
        "central 90 %. Dotted in the first panel: 48 and 52 %."
    ),
)
def draw_shares(tables: Tables) -> Drawing:
    """Draw the shares of zero, dead and saturated outputs over 20 layers."""
    wanted = {"init": PLAIN, "activation": ["relu", "tanh", "sigmoid"]}
    quantities = sorted({share.quantity for share in SHARES})
    frame = _shares(over_depth(tables, "signal_w100", quantities, width=SHARE_WIDTH, **wanted))
    drawing, panels = canvas(2, 2, 5.6, sharex=True, sharey=True)
    for level in HALF:
        reference(panels[0, 0], level, dash=":")
    for axes, share in zip(panels.flat, SHARES, strict=True):
        _draw_share(axes, frame[frame.panel == share.text], share.text)
    for row in panels:
        row[0].set_ylabel("share")
    below(panels, "layer l")
    key(drawing, lines(panels))
    words = ends(frame, lambda last: last.panel)
    return Drawing(drawing, frame, f"Median share in the last layer, {words}.")


def _shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows that a panel shows, with its text in the column panel."""
    texts = {(s.activation, s.quantity): s.text for s in SHARES}
    pairs = zip(frame.activation, frame.quantity, strict=True)
    panel = pd.Series([texts.get(pair) for pair in pairs], index=frame.index, dtype=object)
    return frame.assign(panel=panel).dropna(subset="panel")


def _draw_share(axes: Axes, frame: pd.DataFrame, text: str) -> None:
    axes.set_ylim(-0.04, 1.04)
    percent(axes.yaxis)
    depth_panel(axes, frame, PLAIN)
    heading(axes, text, frame)


@figure(
    name="signal_correlation",
    needs=["signal"],
    title="Do two inputs stay apart over 50 layers? Width 64",
    caption=(
        "Cosine between what two inputs of correlation 0.5 (dotted) send into each layer's "
        "activation, mean over 64 pairs. At 1 the net no longer tells them apart. Median over "
        "draws; the bands hold the central 90 %."
    ),
)
def draw_correlation(tables: Tables) -> Drawing:
    """Draw the correlation of two inputs over depth, one panel an activation."""
    frame = over_depth(
        tables, "signal", ["correlation"], init=BENT, activation=list(ACTIVATIONS), width=WIDTH
    )
    drawing = activation_grid(frame, BENT, "correlation", level=0.5)
    drawing.axes[0].set_ylim(*ANGLES)
    words = ends(frame, by_activation)
    return Drawing(drawing, frame, f"Median correlation in the last layer, {words}.")


@figure(
    name="signal_rank",
    needs=["signal"],
    title="How many directions the states fill over 50 layers, width 64",
    caption=(
        "Participation (tr C)²/tr C² of the covariance C of the states over 256 inputs: 64 for "
        "a round cloud, 1 for a line (dotted). A curve ends where the cloud is too small, beside "
        "its distance from 0, for float64. Median over draws; the bands hold the central 90 %."
    ),
)
def draw_rank(tables: Tables) -> Drawing:
    """Draw the soft rank of the states over depth for four activations."""
    frame = _resolved(tables)
    drawing, panels = canvas(2, 2, 5.6, sharex=True, sharey=True)
    for axes, name in zip(panels.flat, FOUR, strict=True):
        part = frame[frame.activation == name]
        reference(axes, 1.0, dash=":")
        depth_panel(axes, part, BENT, (0.9, WIDTH))
        heading(axes, ACTIVATIONS[name], part)
    for row in panels:
        row[0].set_ylabel("participation")
    below(panels, "layer l")
    key(drawing, lines(panels))
    words = ends(frame, by_activation)
    return Drawing(drawing, frame, f"Median participation in the last layer, {words}.")


def _resolved(tables: Tables) -> pd.DataFrame:
    """Return bands of the participation, from clouds that stand out of the rounding."""
    sizes = ["participation", "second_moment", "variance"]
    wanted = {"quantity": sizes, "init": BENT, "activation": FOUR}
    found = measured(tables, "signal", width=WIDTH, **wanted)
    cell = ["activation", "init", "seed", "layer"]
    clouds = found.pivot(index=cell, columns="quantity", values="value").reindex(columns=sizes)
    clear = clouds[clouds.variance > RESOLVED * clouds.second_moment].reset_index()
    return bands(clear, ["activation", "init", "layer"], "participation", central_range)
