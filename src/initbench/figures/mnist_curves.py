"""Document D: test accuracy and test loss on MNIST while the nets train."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.frames import (
    MNIST,
    Summary,
    bands,
    load,
    mean_interval,
    median_interval,
    pick,
    present,
    runs,
)
from initbench.figures.registry import Drawing, figure
from initbench.figures.style import (
    band,
    canvas,
    empty,
    key,
    label,
    logarithmic,
    percent,
    reference,
)
from initbench.figures.words import by_init, number
from initbench.tables import Tables

VARIANTS = ["default", "zero_fc1", "zeros", "ones"]
RANDOM = ["default", "xavier", "he_normal"]
CHANCE = 0.10  # one class in ten
MAJORITY = 0.1135  # share of the most frequent class, the digit 1, among the test images


def chance_lines(axes: Axes) -> None:
    """Draw the two levels that a net reaches without learning, across or up the panel."""
    reference(axes, MAJORITY, "11.35 %: always the digit 1", va="bottom")
    reference(axes, CHANCE, "10 %: one class in ten", va="top")


def _curves(tables: Tables, inits: Sequence[str], column: str, summary: Summary) -> pd.DataFrame:
    curves = pick(load(tables.curves, "mnist_main"), **MNIST, split="test", init=inits)
    return bands(curves, ["init", "step", "epoch"], column, summary)


def _draw_curves(axes: Axes, frame: pd.DataFrame, inits: Sequence[str], x: str) -> None:
    for place, init in enumerate(present(frame, inits)):
        part = frame[frame["init"] == init]
        band(axes, part, x, init, f"{label(init)} ({runs(part)})", markevery=(2 + place, 4))
    if frame.empty:
        empty(axes)


@figure(
    name="mnist_test_curves",
    needs=["mnist_main"],
    claims=[
        "D01",
        "D03",
        "D07",
        "D16",
        "D20",
        "D24",
        "D25",
        "D26",
        "D28",
        "D29",
        "D30",
        "D31",
        "D46",
    ],
    title="Test accuracy on MNIST for the four variants of the demo",
)
def draw_accuracy(tables: Tables) -> Drawing:
    """Draw the mean test accuracy over epochs of the demo's four variants."""
    frame = _curves(tables, VARIANTS, "accuracy", mean_interval)
    drawing, ((axes,),) = canvas(height=3.9)
    _draw_curves(axes, frame, VARIANTS, "epoch")
    axes.set(xlabel="epoch", ylabel="test accuracy", ylim=(0, 1.03))
    percent(axes.yaxis)
    chance_lines(axes)
    key(drawing, axes.get_lines(), columns=2)
    last = frame[frame.step == frame.step.max()]
    alt = f"Mean test accuracy after the last epoch: {by_init(last)}."
    caption = (
        "Mean over seeds with its 95 % t interval. Dashed: one class in ten, and the share of "
        "the most frequent digit, which a net reaches that always gives the same answer."
    )
    return Drawing(drawing, frame, alt, caption)


@figure(
    name="mnist_loss_curves",
    needs=["mnist_main"],
    claims=["D01", "D20"],
    title="Test loss on MNIST for the four variants of the demo",
)
def draw_loss(tables: Tables) -> Drawing:
    """Draw the median test loss over epochs of the demo's four variants."""
    frame = _curves(tables, VARIANTS, "loss", median_interval)
    drawing, ((axes,),) = canvas(height=3.9)
    logarithmic(axes)
    _draw_curves(axes, frame, VARIANTS, "epoch")
    axes.set(xlabel="epoch", ylabel="test loss (cross-entropy, nats)")
    reference(axes, float(np.log(10)), "ln 10: ten equal chances")
    key(drawing, axes.get_lines(), columns=2)
    last = frame[frame.step == frame.step.max()]
    alt = f"Median test loss after the last epoch: {by_init(last, number)}."
    caption = (
        "Median over seeds with its 95 % interval, on a logarithmic axis. The dashed line is the "
        "loss of a net that gives each digit one tenth."
    )
    return Drawing(drawing, frame, alt, caption)


@figure(
    name="mnist_steps_to_95",
    needs=["mnist_main"],
    claims=["D28", "D40"],
    title="The first three epochs under three random inits",
)
def draw_steps(tables: Tables) -> Drawing:
    """Draw the test accuracy over the first steps for default, Xavier and He."""
    frame = _curves(tables, RANDOM, "accuracy", mean_interval)
    frame = frame[(frame.epoch > 0) & (frame.epoch <= 3)]
    drawing, ((axes,),) = canvas(height=3.7)
    _draw_curves(axes, frame, RANDOM, "step")
    axes.set(xlabel="step (64 images each)", ylabel="test accuracy")
    percent(axes.yaxis)
    reference(axes, 0.95, "95 %")
    key(drawing, axes.get_lines())
    reached = frame[frame.value >= 0.95].groupby("init", sort=False).step.min()
    words = "; ".join(f"{label(str(init))} {step}" for init, step in reached.items())
    alt = f"First recorded step with a mean test accuracy of 95 % or more: {words or 'none'}."
    caption = (
        "Mean over seeds with its 95 % t interval, at every tenth of the first epoch and then at "
        "wider distances. The pairs share data order and seeds."
    )
    return Drawing(drawing, frame, alt, caption)
