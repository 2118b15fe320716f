"""Document B: residual nets without normalisation, by how their branches start."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import final, mean_interval, present, stacked
from initbench.figures.kit.over_depth import heading
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.scores import ACCURACY, SUCCESS, learning, printed, scores
from initbench.figures.kit.style import (
    MISSING,
    band,
    below,
    canvas,
    empty,
    key,
    look,
    percent,
    reference,
)
from initbench.figures.kit.words import each, extremes
from initbench.tables.read import Tables

SCHEMES = [f"residual_{name}" for name in ("he", "scaled", "small", "zero_last", "fixup", "rezero")]
BLOCKS = (4, 16, 64)
DEEPEST = 64
PANELS = {"mean test accuracy": ACCURACY, "share of runs at 80 % or more": SUCCESS}
MARGIN = 1.7  # a panel reaches so much farther than its outermost depths, as a factor
DODGE = 1.07  # factor between neighbours that stand at the same number of blocks
EXPLAINED = (
    "L blocks with branches of two layers, trained at the rate that won on tuning seeds. A run "
    "that diverged counts with the accuracy that its outputs then have."
)


def _by_depth(tables: Tables) -> pd.DataFrame:
    """Return one row a panel, number of blocks and scheme."""
    parts = [
        scores(tables, "residual", f"residual.*_b{blocks}", SCHEMES, score).assign(
            panel=panel, blocks=blocks
        )
        for panel, score in PANELS.items()
        for blocks in BLOCKS
    ]
    return stacked(parts)


@figure(
    name="residual_depth",
    needs=["residual"],
    title="Residual nets of 4 to 64 blocks, by the init of their branches",
    caption=f"{EXPLAINED} Left: 95 % t intervals; right: 95 % exact intervals.",
)
def draw_depth(tables: Tables) -> Drawing:
    """Draw final accuracy and the share of learning runs over the number of blocks."""
    frame = _by_depth(tables)
    drawing, panels = canvas(1, 2, 4.2, sharex=True, sharey=True)
    for axes, name in zip(panels.flat, PANELS, strict=True):
        part = frame[frame.panel == name]
        _draw_schemes(axes, part)
        heading(axes, name, part)
    below(panels, "residual blocks L")
    percent(panels[0, 0].yaxis)
    key(drawing, panels[0, 0].get_legend_handles_labels()[0])
    deepest = frame[(frame.blocks == DEEPEST) & (frame.panel == next(iter(PANELS)))]
    words = each(deepest, lambda row: row["row"])
    return Drawing(drawing, frame, f"Mean test accuracy at {DEEPEST} blocks: {words}.")


def _draw_schemes(axes: Axes, frame: pd.DataFrame) -> None:
    """Draw dots with intervals, those of one depth side by side."""
    for place, init in enumerate(present(frame, SCHEMES)):
        part, drawn = frame[frame["init"] == init], look(init)
        at = part.blocks * DODGE ** (place - (len(SCHEMES) - 1) / 2)
        reach = np.abs(part[["low", "high"]].to_numpy().T - part.value.to_numpy())
        style = {"color": drawn.colour, "marker": drawn.marker, "ls": drawn.dash}
        axes.errorbar(at, part.value, reach, lw=1.3, label=printed(init), **style)
    axes.set(xscale="log", xlim=(BLOCKS[0] / MARGIN, BLOCKS[-1] * MARGIN), ylim=(-0.03, 1.03))
    axes.set_xticks(BLOCKS, labels=[str(blocks) for blocks in BLOCKS])
    axes.set_xticks([], minor=True)
    if frame.empty:
        empty(axes)
        return
    for blocks in set(BLOCKS) - set(frame.blocks):
        centre: dict[str, Any] = {"ha": "center", "va": "center", "rotation": 90, "style": "italic"}
        axes.text(blocks, 0.5, MISSING, **centre)


@figure(
    name="residual_curves",
    needs=["residual"],
    title="How residual nets of 64 blocks learn, by the init of their branches",
    caption=f"{EXPLAINED} Mean over seeds with its 95 % t interval.",
)
def draw_curves(tables: Tables) -> Drawing:
    """Draw the test accuracy over training of the deepest residual nets."""
    net = f"residual.*_b{DEEPEST}"
    frame = learning(tables, "residual", net, SCHEMES, "accuracy", mean_interval)
    drawing, ((axes,),) = canvas(height=4.1)
    for place, init in enumerate(present(frame, SCHEMES)):
        part = frame[frame["init"] == init]
        band(axes, part, "step", init, printed(init), markevery=(1 + place, 6))
    if frame.empty:
        empty(axes)
    axes.set(xlabel="updates", ylabel="test accuracy", ylim=(0, 1.03))
    percent(axes.yaxis)
    reference(axes, 0.8, "80 %")
    heading(axes, f"{DEEPEST} blocks", frame)
    key(drawing, axes.get_lines())
    last = final(frame)
    named = last.assign(panel="at the last update", row=last["init"].map(printed))
    return Drawing(drawing, frame, f"Mean test accuracy, {extremes(named)}.")
