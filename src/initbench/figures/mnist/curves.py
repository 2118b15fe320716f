"""Document D: test accuracy and test loss on MNIST while the nets train."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import (
    MNIST,
    Summary,
    bands,
    final,
    load,
    mean_interval,
    median_interval,
    named,
    pick,
    present,
    runs,
)
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    band,
    canvas,
    empty,
    key,
    label,
    logarithmic,
    percent,
    reference,
)
from initbench.figures.kit.words import by_init, each, number
from initbench.tables.read import Tables
from initbench.theory.baselines import MAJORITY_SHARE

# Claims of document D that its plot of the four test curves bears on.
CURVES = (1, 3, 7, 16, 20, 24, 25, 26, 28, 29, 30, 31, 46)
VARIANTS = ["default", "zero_fc1", "zeros", "ones"]
RANDOM = ["default", "xavier", "he_normal"]
SPLITS = {
    "running": ("training, counted during the epoch", "o", ":"),
    "train": ("training, at the end of the epoch", "s", "-"),
    "test": ("test, at the end of the epoch", "^", "--"),
}
CHANCE = 0.10  # one class in ten
ZOOM = (0.08, 0.22)


def chance_lines(axes: Axes, across: bool = True) -> None:
    """Draw the two levels that a net reaches without learning."""
    reference(axes, CHANCE, "10 %: one class in ten", ":", across)
    reference(axes, MAJORITY_SHARE, "11.35 %: always the digit 1", "--", across)


def _curves(tables: Tables, inits: Sequence[str], column: str, summary: Summary) -> pd.DataFrame:
    curves = pick(load(tables.curves, "mnist_main"), **MNIST, split="test", init=inits)
    return bands(curves, ["init", "step", "epoch"], column, summary)


def _draw_curves(axes: Axes, frame: pd.DataFrame, inits: Sequence[str], x: str) -> None:
    for place, init in enumerate(present(frame, inits)):
        part = frame[frame["init"] == init]
        band(axes, part, x, init, named(init, part), markevery=(2 + place, 4))
    if frame.empty:
        empty(axes)


@figure(
    name="mnist_test_curves",
    needs=["mnist_main"],
    title="Test accuracy on MNIST for the four variants of the demo",
    caption=(
        "Mean over seeds with its 95 % t interval; the lower panel enlarges the strip around "
        "chance. Always answering with the most frequent digit gives 11.35 %."
    ),
)
def draw_accuracy(tables: Tables) -> Drawing:
    """Draw the mean test accuracy over epochs of the demo's four variants."""
    frame = _curves(tables, VARIANTS, "accuracy", mean_interval)
    drawing, panels = canvas(2, 1, 5.6, sharex=True, height_ratios=[1.5, 1])
    for axes in panels[:, 0]:
        _draw_curves(axes, frame, VARIANTS, "epoch")
        chance_lines(axes)
        percent(axes.yaxis)
        axes.set_ylabel("test accuracy")
    panels[0, 0].set_ylim(0, 1.03)
    panels[1, 0].set(xlabel="epoch", ylim=ZOOM, title="the same around chance")
    key(drawing, panels[0, 0].get_lines())
    alt = f"Mean test accuracy after the last epoch: {by_init(final(frame))}."
    return Drawing(drawing, frame, alt)


@figure(
    name="mnist_loss_curves",
    needs=["mnist_main"],
    title="Test loss on MNIST for the four variants of the demo",
    caption=(
        "Median over seeds with its 95 % interval, on a logarithmic axis. The dashed line is the "
        "loss of a net that gives each digit one tenth."
    ),
)
def draw_loss(tables: Tables) -> Drawing:
    """Draw the median test loss over epochs of the demo's four variants."""
    frame = _curves(tables, VARIANTS, "loss", median_interval)
    drawing, ((axes,),) = canvas(height=3.9)
    logarithmic(axes)
    _draw_curves(axes, frame, VARIANTS, "epoch")
    axes.set(xlabel="epoch", ylabel="test loss (cross-entropy, nats)")
    reference(axes, float(np.log(10)), "ln 10: one tenth for each digit")
    key(drawing, axes.get_lines())
    alt = f"Median test loss after the last epoch: {by_init(final(frame), number)}."
    return Drawing(drawing, frame, alt)


@figure(
    name="mnist_steps_to_95",
    needs=["mnist_main"],
    title="The first three epochs under three random inits",
    caption=(
        "Mean over seeds with its 95 % t interval, at each tenth of the first epoch and then at "
        "wider distances. Runs of one seed share the order of the data."
    ),
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
    return Drawing(drawing, frame, alt)


@figure(
    name="mnist_running_accuracy",
    needs=["mnist_main"],
    title="Training accuracy as the loop counts it, and at the end of each epoch",
    caption=(
        "Default init, mean over seeds with its 95 % t interval. The running count averages over "
        "the epoch while the net still changes; the other two judge the net that the epoch left."
    ),
)
def draw_running(tables: Tables) -> Drawing:
    """Draw running, end-of-epoch and test accuracy over epochs for the default init."""
    curves = pick(load(tables.curves, "mnist_main"), **MNIST, init="default", split=list(SPLITS))
    whole = curves[(curves.epoch > 0) & (curves.epoch % 1 == 0)]
    frame = bands(whole, ["split", "epoch"], "accuracy", mean_interval)
    drawing, ((axes,),) = canvas(height=3.7)
    _draw_splits(axes, frame)
    key(drawing, axes.get_lines(), columns=1)
    words = each(frame[frame.epoch == 1], lambda row: SPLITS[row.split][0])
    return Drawing(drawing, frame, f"Mean accuracy in epoch 1: {words}.")


def _draw_splits(axes: Axes, frame: pd.DataFrame) -> None:
    for split, (text, marker, dash) in SPLITS.items():
        part = frame[frame.split == split]
        if len(part):
            style = {"marker": marker, "ls": dash, "markevery": 1}
            band(axes, part, "epoch", "default", f"{text} ({runs(part)})", **style)
    axes.set(xlabel="epoch", ylabel="accuracy")
    percent(axes.yaxis)
    if frame.empty:
        empty(axes)
