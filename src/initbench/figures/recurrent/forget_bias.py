"""Document B: how much an LSTM remembers over its forget bias, beside the half-life in theory."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import final, mean_interval, stacked
from initbench.figures.kit.over_depth import heading
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.scores import ACCURACY, blind, learning, printed, scores
from initbench.figures.kit.style import (
    INK,
    MISSING,
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
from initbench.figures.kit.words import each, listing, number
from initbench.figures.recurrent.memory import BIASES, LENGTHS, PANELS
from initbench.tables.read import Tables
from initbench.theory.dynamics import forget_half_life

MARKERS = dict(zip(LENGTHS, "o^", strict=True))
LEARNED = 0.9
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
    frame = stacked(parts)
    bias = frame["init"].map(BIASES).astype(float)
    return frame.assign(bias=bias, half_life=bias.map(forget_half_life))


@figure(
    name="recurrent_forget_bias",
    needs=["recall_20", "recall_60", "adding_20", "adding_60"],
    title="How much an LSTM remembers, by the bias of its forget gate",
    caption=(
        "The bias is the sum of the cell's two. Accuracies: mean over seeds with its 95 % t "
        "interval; errors: median with its 95 % interval, 10 at most. Theory, not measured: if "
        "only the bias b acts, the cell keeps the share σ(b) a step and falls to half in "
        "−ln 2/ln σ(b) steps."
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
    heading(axes, name, frame)
    axes.set_ylabel(score.text.removesuffix(" of the target"))
    if score.scale == "log":
        logarithmic(axes)
    else:
        axes.set_ylim(0, 1.03)
        percent(axes.yaxis)
    for ink, (length, text) in zip(ramp(len(LENGTHS)), LENGTHS.items(), strict=True):
        part = frame[frame.length == length]
        style: dict[str, Any] = {"color": ink, "marker": MARKERS[length], "ls": "-"}
        if len(part):
            band(axes, part, "bias", "forget_bias", text, markevery=1, **style)
    blind(axes, level, across=True)
    _name_missing(axes, frame)


def _name_missing(axes: Axes, frame: pd.DataFrame) -> None:
    absent = [text for length, text in LENGTHS.items() if length not in set(frame.length)]
    if frame.empty:
        empty(axes)
    elif absent:
        place: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "style": "italic"}
        axes.text(0.98, 0.04, f"{absent[0]}: {MISSING}", **place)


def _draw_half_life(axes: Axes) -> None:
    """Draw the half-life over the bias, with the two lengths of the tasks."""
    biases = np.linspace(*REACH, 60)
    axes.plot(biases, [forget_half_life(bias) for bias in biases], color=INK)
    measured = list(BIASES.values())
    halves = [forget_half_life(bias) for bias in measured]
    axes.plot(measured, halves, color=INK, ls="none", marker="o")
    for ink, length in zip(ramp(len(LENGTHS)), LENGTHS, strict=True):
        axes.axhline(length, color=ink, lw=1.3, ls="--")
        axes.text(REACH[0] + 0.08, length * 1.06, f"{length} steps", va="bottom", size=9.5)
    logarithmic(axes, steps=(1, 2, 5))
    axes.set(xlim=REACH, ylim=(0.3, 120), xticks=measured, ylabel="half-life, steps")
    axes.set_title("Theory: half-life of the cell", fontsize=10)


def _words(frame: pd.DataFrame) -> str:
    """Return the scores at biases 0 and 1 and the half-lives of all biases."""
    ends = frame[frame.bias.isin([0, 1])]
    said = [
        each(part, lambda row: f"{row.length} steps at {row.bias:g}", PANELS[str(name)][1].say)
        for name, part in ends.groupby("panel", sort=False)
    ]
    names = ends.panel.unique()
    scored = listing(f"{name}: {text}" for name, text in zip(names, said, strict=True))
    lives = ", ".join(f"{number(forget_half_life(b))} at {b}" for b in BIASES.values())
    return f"Scores by length and forget bias. {scored}. Half-life in theory, steps: {lives}"


@figure(
    name="recurrent_bias_curves",
    needs=["recall_20", "recall_60"],
    title="How an LSTM learns to recall, by the bias of its forget gate",
    caption=(
        "Delayed recall of one of eight symbols. Mean over seeds with its 95 % t interval. "
        "Dotted: a net that ignores its input; dashed: 90 %, to which updates are counted."
    ),
)
def draw_curves(tables: Tables) -> Drawing:
    """Draw the LSTM's test accuracy over training by forget bias, one panel a length."""
    parts = [
        learning(tables, f"recall_{n}", "lstm_.*", list(BIASES), "accuracy", mean_interval).assign(
            length=n
        )
        for n in LENGTHS
    ]
    frame = stacked(parts)
    drawing, panels = canvas(1, 2, 3.9, sharex=True, sharey=True)
    for axes, length in zip(panels.flat, LENGTHS, strict=True):
        part = frame[frame.length == length]
        _draw_learning(axes, part)
        heading(axes, LENGTHS[length], part)
    panels[0, 0].set_ylabel(ACCURACY.text)
    below(panels, "updates")
    key(drawing, lines(panels))
    last = final(frame)
    words = each(last, lambda row: f"{row.length} steps, bias {BIASES[row['init']]}")
    return Drawing(drawing, frame, f"Mean test accuracy at the end: {words}.")


def _draw_learning(axes: Axes, frame: pd.DataFrame) -> None:
    axes.set_ylim(0, 1.03)
    percent(axes.yaxis)
    for place, (ink, init) in enumerate(zip(ramp(len(BIASES)), BIASES, strict=True)):
        part = frame[frame["init"] == init]
        style: dict[str, Any] = {"color": ink, "marker": "vos^"[place], "ls": "-"}
        if len(part):
            band(axes, part, "step", init, printed(init), markevery=(2 + place, 5), **style)
    blind(axes, 1 / 8, across=True)
    reference(axes, LEARNED, "90 %")
    if frame.empty:
        empty(axes)
