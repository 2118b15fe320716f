"""Document D: where every variant of the demo's net ends."""

import re
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from initbench.figures.kit.frames import (
    MNIST,
    Summary,
    bands,
    load,
    mean_interval,
    named,
    pick,
    runs,
    success_rate,
)
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.rows import dot_rows
from initbench.figures.kit.style import (
    band,
    canvas,
    colour,
    empty,
    key,
    label,
    logarithmic,
    look,
    percent,
    proxy,
)
from initbench.figures.kit.words import by_init, each, extremes
from initbench.figures.mnist.curves import chance_lines
from initbench.tables.read import Tables

RANDOM = "Short runs: random draws"
PART = "Short runs: one part zero or constant"
EQUAL = "Short runs: every parameter the same"
TABLE = "Short runs: fixed tables of different numbers"
OTHER = "Short runs: other nets"
PANELS = {"mnist_main": "The demo's recipe"}
NETS = {
    "mnist_net_tanh": "tanh",
    "mnist_net_leaky": "leaky ReLU",
    "mnist_net_sigmoid": "sigmoid",
    "mnist_net_dropout": "dropout",
    "softmax_regression": "no hidden layer",
    "mnist_width_1": "width 1",
}
ORDER = [*PANELS.values(), RANDOM, PART, EQUAL, TABLE, OTHER]
SINGLE = re.compile(r"constant_(minus_)?[\d.]+")
NAMED = {"minus_ones": -1.0, "zeros": 0.0, "ones": 1.0}
KICKS = [f"mnist_kick_1e-{place}" for place in range(6, 0, -1)]
LEARNED = 0.9


def constant(init: str) -> float:
    """Return the one value that `init` gives every parameter, or NaN where there is none."""
    if SINGLE.fullmatch(init):
        return float(init.removeprefix("constant_").replace("minus_", "-"))
    return NAMED.get(init, np.nan)


def _group(init: str) -> str:
    if np.isfinite(constant(init)):
        return EQUAL
    if init.startswith("table_"):
        return TABLE
    return PART if init.startswith(("zero_", "constant_")) else RANDOM


def _final(tables: Tables, column: str, summary: Summary) -> pd.DataFrame:
    """Return one row a variant: its panel and row, and the summary of its final runs."""
    names = ["mnist_main", "mnist_ablations"]
    outcomes = pd.concat([load(tables.outcomes, name).assign(experiment=name) for name in names])
    outcomes = pick(outcomes.assign(learned=outcomes.test_accuracy >= LEARNED), dataset="mnist")
    frame = bands(outcomes, ["experiment", "architecture", "init"], column, summary)
    other = frame.architecture.map(NETS)
    panel = (
        frame.experiment.map(PANELS).fillna(frame["init"].map(_group)).mask(other.notna(), OTHER)
    )
    row = (other + ", ").fillna("") + frame["init"].map(label)
    places = panel.map(ORDER.index)
    frame = frame.assign(panel=panel, row=row, level="", place=places)
    return frame.sort_values(["place", "value"], ascending=[True, False], ignore_index=True)


def _rows(frame: pd.DataFrame, xlabel: str, words: str) -> Drawing:
    drawing, panels = dot_rows(frame)
    percent(panels[-1].xaxis)
    panels[-1].set(xlabel=xlabel, xlim=(-0.02, 1.02))
    data = frame.drop(columns=["level", "place"])
    return Drawing(drawing, data, f"{words}. {extremes(frame)}.")


@figure(
    name="mnist_final_accuracy",
    needs=["mnist_main", "mnist_ablations"],
    title="Final test accuracy on MNIST of every variant",
    caption=(
        "Mean over seeds with its 95 % t interval, cut off at 0 and 100 %. A run that diverged "
        "counts with the accuracy that its outputs then have."
    ),
)
def draw_final(tables: Tables) -> Drawing:
    """Draw the mean final test accuracy of every variant beside the two levels of chance."""
    frame = _final(tables, "test_accuracy", mean_interval)
    drawn = _rows(frame, "test accuracy at the end", "Mean final test accuracy")
    for axes in drawn.figure.axes:
        chance_lines(axes, across=False)
    key(drawn.figure, drawn.figure.axes[0].get_lines())
    return drawn


@figure(
    name="mnist_success_rates",
    needs=["mnist_main", "mnist_ablations"],
    title="How often each variant learns MNIST (90 % or more)",
    caption="Share of runs that end at 90 % test accuracy or more, with its 95 % exact interval.",
)
def draw_success(tables: Tables) -> Drawing:
    """Draw the share of runs of every variant that end at 90 % test accuracy or more."""
    frame = _final(tables, "learned", success_rate)
    return _rows(frame, "share of runs", "Share of runs at 90 % test accuracy or more")


@figure(
    name="mnist_kick",
    needs=[
        "mnist_kick_1e-6",
        "mnist_kick_1e-5",
        "mnist_kick_1e-4",
        "mnist_kick_1e-3",
        "mnist_kick_1e-2",
        "mnist_kick_1e-1",
    ],
    title="Accuracy after a kick of random noise at the end of epoch 1",
    caption=(
        "Nets that start at zero train for one epoch, get Gaussian noise on every parameter, and "
        "train on. Mean over seeds with its 95 % t interval."
    ),
)
def draw_kick(tables: Tables) -> Drawing:
    """Draw the mean final accuracy of stuck nets over the size of the noise added to them."""
    parts = [
        pick(load(tables.outcomes, name), **MNIST).assign(noise=float(name.rpartition("_")[2]))
        for name in KICKS
    ]
    frame = bands(pd.concat(parts), ["init", "noise"], "test_accuracy", mean_interval)
    drawing, ((axes,),) = canvas(height=3.6)
    logarithmic(axes, "x")
    for init, part in frame.groupby("init"):
        band(axes, part, "noise", str(init), named(str(init), part), markevery=1)
    _finish(axes, frame, "standard deviation of the noise")
    key(drawing, axes.get_lines())
    words = each(frame, lambda row: f"{label(row['init'])}, noise {row.noise:g}")
    return Drawing(drawing, frame, f"Mean final test accuracy: {words}.")


def _finish(axes: Axes, frame: pd.DataFrame, xlabel: str) -> None:
    axes.set(xlabel=xlabel, ylabel="test accuracy at the end", ylim=(0, 1.03))
    percent(axes.yaxis)
    chance_lines(axes)
    if frame.empty:
        empty(axes)


@figure(
    name="mnist_constant_sweep",
    needs=["mnist_ablations"],
    title="Accuracy when every parameter starts at one constant",
    caption=(
        "Mean over seeds with its 95 % t interval at the end of the short runs; the constants "
        "stand at equal distances."
    ),
)
def draw_sweep(tables: Tables) -> Drawing:
    """Draw the mean final accuracy over the constant, beside the default init."""
    outcomes = pick(load(tables.outcomes, "mnist_ablations"), **MNIST)
    means = bands(outcomes, ["init"], "test_accuracy", mean_interval)
    frame = means.assign(constant=means["init"].map(constant)).sort_values("constant")
    swept, default = frame.dropna(subset="constant"), frame[frame["init"] == "default"]
    drawing, ((axes,),) = canvas(height=3.6)
    _draw_constants(axes, swept)
    _draw_default(axes, default)
    _finish(axes, swept, "value of every weight and bias")
    key(drawing, [*_star(swept), *axes.get_lines()], columns=2)
    data = pd.concat([swept, default])
    return Drawing(drawing, data, f"Mean final test accuracy: {by_init(data)}.")


def _star(frame: pd.DataFrame) -> list[Line2D]:
    """Return the key entry of the constants, if there are any."""
    if frame.empty:
        return []
    return [proxy(f"one constant ({runs(frame)})", "full", "*", colour("ones"))]


def _draw_constants(axes: Axes, frame: pd.DataFrame) -> None:
    for place, (_, row) in enumerate(frame.iterrows()):
        drawn, reach = look(row["init"]), [[row.value - row.low], [row.high - row.value]]
        style: dict[str, Any] = {"color": drawn.colour, "marker": drawn.marker}
        axes.errorbar(place, row.value, yerr=reach, markersize=8, **style)
    names = [f"{value:g}".replace("-", "−") for value in frame.constant]
    axes.set_xticks(range(len(frame)), labels=names)


def _draw_default(axes: Axes, frame: pd.DataFrame) -> None:
    for _, row in frame.iterrows():
        axes.axhspan(row.low, row.high, color=colour("default"), alpha=0.22, lw=0)
        axes.axhline(row.value, color=colour("default"), label=f"default init (n = {row.n})")
