"""Document B: how much an LSTM remembers over its forget bias, beside the half-life in theory."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.custom_frames import blind, scores
from initbench.figures.recurrent_scores import BIASES, LENGTHS, PANELS
from initbench.figures.registry import Drawing, figure
from initbench.figures.style import (
    INK,
    band,
    below,
    canvas,
    empty,
    key,
    lines,
    logarithmic,
    percent,
    ramp,
    reference,
)
from initbench.figures.words import each, listing, number
from initbench.tables import Tables
from initbench.theory.dynamics import forget_half_life

MARKERS = dict(zip(LENGTHS, "o^", strict=True))
REACH = (-1.4, 2.4)  # of the axis of forget biases


def _doses(tables: Tables) -> pd.DataFrame:
    """Return one row a panel, length and forget bias, with the half-life of a cell."""
    parts = [
        scores(tables, f"{task}_{steps}", "lstm_.*", list(BIASES), score).assign(
            panel=panel, length=steps
        )
        for panel, (task, score, _) in PANELS.items()
        for steps in LENGTHS
    ]
    frame = pd.concat(parts, ignore_index=True)
    bias = frame["init"].map(BIASES).astype(float)
    return frame.assign(bias=bias, half_life=bias.map(forget_half_life))


@figure(
    name="recurrent_forget_bias",
    needs=["recall_20", "recall_60", "adding_20", "adding_60"],
    claims=["B58", "B82"],
    title="How much an LSTM remembers, by the bias of its forget gate",
    caption=(
        "The bias is the sum of the cell's two. Accuracies: mean over seeds with its 95 % t "
        "interval; errors: median with its 95 % interval. Theory, not measured: if only the bias "
        "b acts, the cell keeps the share σ(b) a step and falls to half in −ln 2/ln σ(b) steps."
    ),
)
def draw_forget_bias(tables: Tables) -> Drawing:
    """Draw the LSTM's final scores over its forget bias, and the half-life of its cell."""
    frame = _doses(tables)
    drawing, panels = canvas(2, 2, 5.8, sharex=True)
    for axes, name in zip(panels.flat, PANELS, strict=False):
        _draw_doses(axes, frame[frame.panel == name], name)
    _draw_half_life(panels[1, 1])
    below(panels, "forget bias b")
    key(drawing, lines(panels))
    return Drawing(drawing, frame, f"{_words(frame)}.")


def _draw_doses(axes: Axes, frame: pd.DataFrame, name: str) -> None:
    _, score, level = PANELS[name]
    axes.set_title(_short(name), fontsize=10)
    axes.set_ylabel(score.text.removesuffix(" on the test set"))
    if score.scale == "log":
        logarithmic(axes)
    else:
        axes.set_ylim(0, 1.03)
        percent(axes.yaxis)
    blind(axes, level, across=True)
    for ink, (length, part) in zip(ramp(len(LENGTHS)), frame.groupby("length"), strict=False):
        style: dict[str, Any] = {"color": ink, "marker": MARKERS[length], "ls": "-"}
        text = f"{LENGTHS[length]} (n = {part.n.max()})"
        band(axes, part, "bias", "forget_bias", text, markevery=1, **style)
    if frame.empty:
        empty(axes)
