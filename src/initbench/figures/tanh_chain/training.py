"""Document A: loss and accuracy of the tanh chain while it trains on the two moons."""

from functools import partial

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import (
    TINY,
    Summary,
    bands,
    final,
    load,
    mean_interval,
    pick,
    present,
    runs,
    thin,
)
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import band, canvas, empty, key, label, percent, reference
from initbench.figures.kit.words import by_init, number, share
from initbench.tables.read import Tables

INITS = ["default", "default_zero_bias", "xavier", "he", "orthogonal"]


def _test_curves(tables: Tables, column: str, summary: Summary) -> pd.DataFrame:
    curves = pick(load(tables.curves, "tiny_sgd"), **TINY, split="test", init=INITS)
    return bands(thin(curves, "step"), ["init", "step"], column, summary)


def _draw_curves(axes: Axes, frame: pd.DataFrame) -> None:
    for place, init in enumerate(present(frame, INITS)):
        part = frame[frame["init"] == init]
        text = f"{label(init)} ({runs(part)})"
        band(axes, part, "step", init, text, markevery=(2 + 3 * place, 16))
    axes.set(xlabel="epoch (one full-batch step each)")
    if frame.empty:
        empty(axes)


@figure(
    name="tanh_chain_loss_curves",
    needs=["tiny_sgd"],
    title="Test loss of the tanh chain on two moons",
    caption=(
        "Mean over seeds with its 95 % t interval; a mean over runs of which one diverged would "
        "leave a gap. The dashed line is the loss of a net that gives each class one half."
    ),
)
def draw_loss(tables: Tables) -> Drawing:
    """Draw the mean test loss over epochs, by init."""
    frame = _test_curves(tables, "loss", partial(mean_interval, top=np.inf))
    drawing, ((axes,),) = canvas()
    _draw_curves(axes, frame)
    axes.set(ylabel="test loss (cross-entropy, nats)", ylim=(0, None))
    reference(axes, float(np.log(2)), "ln 2: one half for each class")
    key(drawing, axes.get_lines())
    alt = f"Mean test loss at the last epoch: {by_init(final(frame), number)}."
    return Drawing(drawing, frame, alt)


def _ceiling(tables: Tables) -> float:
    """Return the mean test accuracy of 15 nearest neighbours on the same splits, or NaN."""
    layers = load(tables.layers, "tiny_sgd")
    chosen = pick(layers, **TINY, quantity="knn_accuracy", layer="input", init="default", step=0)
    return float(chosen["value"].mean())


@figure(
    name="tanh_chain_accuracy_curves",
    needs=["tiny_sgd"],
    title="Test accuracy of the tanh chain on two moons",
    caption=(
        "Mean over seeds with its 95 % t interval. The dashed line is what 15 nearest "
        "neighbours reach on the raw points of the same splits."
    ),
)
def draw_accuracy(tables: Tables) -> Drawing:
    """Draw the mean test accuracy over epochs, by init, under the ceiling of the data."""
    frame, ceiling = _test_curves(tables, "accuracy", mean_interval), _ceiling(tables)
    drawing, ((axes,),) = canvas()
    _draw_curves(axes, frame)
    axes.set(ylabel="test accuracy", ylim=(0.4, 1.04))
    percent(axes.yaxis)
    if np.isfinite(ceiling):
        reference(axes, ceiling, f"ceiling: 15 nearest neighbours, {share(ceiling)}")
    key(drawing, axes.get_lines(), columns=2)
    alt = f"Mean test accuracy at the last epoch: {by_init(final(frame))}."
    return Drawing(drawing, frame, alt)
