"""Document B: an output bias made from the class shares, on rare classes and a long tail."""

import itertools

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import BAND, mean_interval, median_interval, present, stacked
from initbench.figures.kit.over_depth import heading
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.rows import dot_panel
from initbench.figures.kit.scores import fills, printed, unbounded
from initbench.figures.kit.style import band, below, canvas, empty, key, lines, percent, reference
from initbench.figures.kit.words import each, number, share
from initbench.figures.output_bias.runs import (
    BIASES,
    CELL,
    NETS,
    SHARES,
    TASKS,
    at,
    common_goal,
    entropy,
    losses,
    own_goal,
    recalls,
    starts,
    summarised,
    updates_to,
)
from initbench.tables.read import Tables
from initbench.theory.baselines import small_logit_loss

LEVELS = ("90 % of what a zero bias improves", "90 % of what the run itself improves")
CELLS = list(itertools.product(TASKS, NETS))


def _speeds(tables: Tables) -> pd.DataFrame:
    """Return one row a quantity, task, net and bias: initial losses and updates."""
    runs = losses(tables)
    if runs.empty:
        return pd.DataFrame(columns=[*CELL, "quantity", "level", "row", *BAND])
    parts = [summarised(starts(runs), unbounded).assign(quantity="initial loss")]
    for level, goal in zip(LEVELS, (common_goal(runs), own_goal(runs)), strict=True):
        updates = summarised(updates_to(runs, goal), median_interval)
        parts.append(updates.assign(quantity="updates", level=level))
    return stacked(parts)


@figure(
    name="output_bias",
    needs=["output_bias"],
    title="An output bias from the class shares: first loss, and time to improve",
    caption=(
        "Left: test loss before training, mean over seeds with its 95 % t interval. Right: "
        "median over seeds with its 95 % interval; a run that never gets there counts with its "
        "last update. The long tail has ten classes, the first 100 times as frequent as the last."
    ),
)
def draw_bias(tables: Tables) -> Drawing:
    """Draw initial losses and times to improve by output bias, for two tasks and two nets."""
    frame = _speeds(tables)
    drawing, grid = canvas(len(CELLS), 2, 6.4, sharey="row")
    for (left, right), (dataset, net) in zip(grid, CELLS, strict=True):
        part = at(frame, dataset, net)
        left.set_title(f"{TASKS[dataset]}, {NETS[net]}")
        _draw_starts(left, part[part.quantity == "initial loss"], dataset)
        _draw_updates(right, part[part.quantity == "updates"])
    grid[-1, 0].set_xlabel("test loss before training, nats")
    grid[-1, 1].set_xlabel("updates to 90 % of the improvement")
    key(drawing, [*grid[0, 0].get_lines(), *fills(frame, LEVELS)], columns=2)
    first = frame[frame.quantity == "initial loss"]
    said = each(first, lambda row: f"{TASKS[row.dataset]}, {NETS[row.net]}, {row['row']}", number)
    known = ", ".join(f"{text} {number(entropy(name))}" for name, text in TASKS.items())
    alt = f"Entropy of the class shares: {known}. Mean test loss before training: {said}."
    return Drawing(drawing, frame, alt)


def _draw_starts(axes: Axes, frame: pd.DataFrame, dataset: str) -> None:
    equal = small_logit_loss(SHARES[dataset][0])
    reference(axes, entropy(dataset), "entropy of the class shares", across=False)
    reference(axes, equal, "ln C: equal shares", ":", across=False)
    axes.set_xlim(0, 1.35 * equal)
    if frame.empty:
        empty(axes)
    else:
        dot_panel(axes, frame, [""])


def _draw_updates(axes: Axes, frame: pd.DataFrame) -> None:
    if frame.empty:
        empty(axes)
    else:
        dot_panel(axes, frame, LEVELS)
        longest = float(frame[["value", "high"]].max().max())
        axes.set_xlim(-0.03 * longest, 1.03 * longest)


@figure(
    name="output_recall",
    needs=["output_bias"],
    title="How well each class is recognised in the end, by the output bias",
    caption=(
        "Share of each class's test samples that are recognised after the last update, the most "
        "frequent class first. Mean over seeds with its 95 % t interval."
    ),
)
def draw_recall(tables: Tables) -> Drawing:
    """Draw the final recall of every class by output bias, for two tasks and two nets."""
    frame = recalls(tables, mean_interval)
    drawing, panels = canvas(2, 2, 5.4, sharex="row", sharey=True)
    for axes, (dataset, net) in zip(panels.flat, CELLS, strict=True):
        part = at(frame, dataset, net)
        _draw_recall(axes, part, SHARES[dataset][0])
        heading(axes, f"{TASKS[dataset]}, {NETS[net]}", part)
    for row in panels:
        row[0].set_ylabel("recall")
    below(panels, "class, by frequency")
    key(drawing, lines(panels))
    rarest = frame[frame["class"] == frame.dataset.map(lambda name: SHARES[name][0])]
    said = each(rarest, lambda row: f"{TASKS[row.dataset]}, {NETS[row.net]}, {row['row']}", share)
    return Drawing(drawing, frame, f"Mean recall of the rarest class: {said}.")


def _draw_recall(axes: Axes, frame: pd.DataFrame, classes: int) -> None:
    for init in present(frame, BIASES):
        part = frame[frame["init"] == init]
        band(axes, part, "class", init, printed(init), markevery=1)
    axes.set(ylim=(-0.03, 1.03), xticks=range(1, classes + 1), xlim=(0.7, classes + 0.3))
    percent(axes.yaxis)
    if frame.empty:
        empty(axes)
