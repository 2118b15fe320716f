"""Document A, claim on depth: how the size of states and gradients changes over 128 layers."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from initbench.figures.kit.frames import bands, central_range, load, named, pick, present, thin
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    INK,
    band,
    below,
    canvas,
    empty,
    key,
    label,
    lines,
    logarithmic,
)
from initbench.figures.kit.words import each, number
from initbench.tables.read import Tables

INITS = ["default_zero_bias", "xavier_normal", "orthogonal"]
WIDTHS = (2, 64, 256)
FLOOR = 1e-6
QUANTITIES = {"second_moment": "rms of the states", "state_gradient_rms": "rms of the gradient"}


def xavier_rms(layer: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the limit 1/√(2l) of the states' rms at layer l of a wide tanh net with Xavier.

    The variance map at σ_w² = 1 and no bias gives q_l → 1/(2l) (Poole et al. 2016).
    """
    return np.asarray(1 / np.sqrt(2 * layer), dtype=np.float64)


@figure(
    name="signal_tanh_depth",
    needs=["signal_tanh_depth"],
    title="Size of states and gradients over 128 tanh layers, at init",
    caption=(
        "Median over draws; the bands hold the central 90 %. A curve that leaves a panel below "
        "keeps falling. Dotted: the mean-field limit of wide nets with Xavier's variance."
    ),
)
def draw_signal(tables: Tables) -> Drawing:
    """Draw the rms of states and of gradients over depth for three widths and three inits."""
    frame = _bands(tables)
    drawing, panels = canvas(2, 3, 5.2, sharex=True, sharey=True)
    for row, (quantity, words) in zip(panels, QUANTITIES.items(), strict=True):
        for axes, width in zip(row, WIDTHS, strict=True):
            _draw_depth(axes, frame[(frame.quantity == quantity) & (frame.width == width)])
        row[0].set_ylabel(words)
    for axes, width in zip(panels[0], WIDTHS, strict=True):
        axes.set_title(f"width {width}")
        _draw_theory(axes)
    below(panels, "layer l")
    key(drawing, lines(panels), columns=2)
    last = frame[(frame.place == frame.place.max()) & (frame.quantity == "second_moment")]
    words = each(last, lambda row: f"width {row.width} {label(row['init'])}", number)
    return Drawing(drawing, frame, f"Median rms of the states after the last layer: {words}.")


def _draw_theory(axes: Axes) -> None:
    depth = np.arange(2.0, 129.0)
    text = "theory, Xavier: 1/√(2l)"
    axes.plot(depth, xavier_rms(depth), color=INK, lw=1.2, ls=":", label=text)


def _bands(tables: Tables) -> pd.DataFrame:
    found = pick(load(tables.probe, "signal_tanh_depth"), quantity=list(QUANTITIES), init=INITS)
    roots = np.where(found.quantity == "second_moment", found.value**0.5, found.value)
    found = found.assign(value=roots, place=found.layer)
    by = ["quantity", "width", "init", "place"]
    return bands(thin(found, "place", 44), by, "value", central_range)


def _draw_depth(axes: Axes, frame: pd.DataFrame) -> None:
    logarithmic(axes)
    axes.set_ylim(FLOOR, 4)
    for init in present(frame, INITS):
        part = frame[frame["init"] == init].copy()
        part[["value", "low", "high"]] = part[["value", "low", "high"]].clip(lower=FLOOR / 100)
        band(axes, part, "place", init, named(init, part))
    if frame.empty:
        empty(axes)
