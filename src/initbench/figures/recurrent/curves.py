"""Document B: how the tanh RNN learns to remember, by the init of its recurrent weights."""

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import (
    Summary,
    final,
    mean_interval,
    median_interval,
    present,
    stacked,
)
from initbench.figures.kit.over_depth import heading
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.scores import ERROR, blind, in_order, learning, printed
from initbench.figures.kit.style import band, below, canvas, empty, key, lines, logarithmic, percent
from initbench.figures.kit.words import extremes
from initbench.figures.recurrent.memory import LENGTHS, PLAIN
from initbench.tables.read import Tables
from initbench.theory.baselines import ADDING_BASELINE

# Of each task: column of the curves, how it is summarised, its axis, the level without input.
TASKS: dict[str, tuple[str, Summary, str, float]] = {
    "recall": ("accuracy", mean_interval, "test accuracy", 1 / 8),
    "adding": ("loss", median_interval, "mean squared error", ADDING_BASELINE),
}
HEADINGS = {"recall": "Delayed recall", "adding": "Adding problem"}


def _curves(tables: Tables) -> pd.DataFrame:
    parts = [
        learning(tables, f"{task}_{steps}", "rnn_.*", PLAIN, column, summary).assign(
            task=task, length=steps
        )
        for task, (column, summary, _, _) in TASKS.items()
        for steps in LENGTHS
    ]
    return stacked(parts)


@figure(
    name="recurrent_curves",
    needs=["recall_20", "recall_60", "adding_20", "adding_60"],
    title="How a tanh RNN learns to remember, by the init of its recurrent weights",
    caption=(
        "Above: mean over seeds with its 95 % t interval. Below: median with its 95 % interval, "
        "on a logarithmic axis; errors above 10 count as 10. Dotted: a net that ignores its input."
    ),
)
def draw_curves(tables: Tables) -> Drawing:
    """Draw the test scores of the tanh RNN over training, one panel a task and length."""
    frame = _curves(tables)
    drawing, panels = canvas(2, 2, 5.6, sharex=True, sharey="row")
    for row, (task, (_, _, text, level)) in zip(panels, TASKS.items(), strict=True):
        row[0].set_ylabel(text)
        for axes, steps in zip(row, LENGTHS, strict=True):
            part = frame[(frame.task == task) & (frame.length == steps)]
            _draw_task(axes, part, task, level)
            heading(axes, f"{HEADINGS[task]}, {steps} steps", part)
    below(panels, "updates")
    key(drawing, lines(panels))
    return Drawing(drawing, frame, f"At the end of training. {_words(frame)}.")


def _draw_task(axes: Axes, frame: pd.DataFrame, task: str, level: float) -> None:
    if task == "adding":
        logarithmic(axes)
    else:
        axes.set_ylim(0, 1.03)
        percent(axes.yaxis)
    for place, init in enumerate(present(frame, PLAIN)):
        part = frame[frame["init"] == init]
        band(axes, part, "step", init, printed(init), markevery=(2 + place, 5))
    blind(axes, level, across=True)
    if frame.empty:
        empty(axes)


def _words(frame: pd.DataFrame) -> str:
    """Return the lowest and highest init at the end of each task and length."""
    last = in_order(final(frame), PLAIN)
    text = last.task.map(HEADINGS) + ", " + last.length.astype(str) + " steps"
    named = last.assign(panel=text, row=last["init"].map(printed))
    recall, adding = (named[named.task == task] for task in TASKS)
    return f"Accuracy: {extremes(recall)}. Error: {extremes(adding, ERROR.say)}"
