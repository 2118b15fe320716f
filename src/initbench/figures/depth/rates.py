"""Document B's bed: learning rates tuned for each cell, and one rate for all."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.depth.nets import DEPTHS, FOUR, net_name, nets, ordered, trained
from initbench.figures.kit.frames import bands, mean_interval, present, stacked
from initbench.figures.kit.over_depth import heading
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.rows import draw_rows
from initbench.figures.kit.style import (
    below,
    canvas,
    empty,
    key,
    label,
    lines,
    look,
    percent,
    proxy,
)
from initbench.figures.kit.words import extremes, listing, share
from initbench.tables.read import Tables

NET = ["activation", "depth"]
TUNED, FIXED = "tuned for the cell", "one rate for all"
PLAIN = [
    *("normal_0.01", "normal_1", "default_zero_bias", "xavier_normal", "he_normal"),
    *("orthogonal_gained", "lsuv", "spectral_radius", "zeros"),
]
BENT = ["relu", "tanh"]


@figure(
    name="depth_rate_scores",
    needs=["mlp_depth"],
    title="How each learning rate did while the rates were tuned",
    caption=(
        "Mean accuracy on held-out training images over the tuning runs, whose seeds no other "
        "run has; the marker is at the rate that the cell then trained with. n counts those later "
        "runs. A tuning run that diverged scores zero. Where the best of the first rates lay at an "
        "end, rates further out were tried, up to the bounds; where none learned, all of them."
    ),
)
def draw_scores(tables: Tables) -> Drawing:
    """Draw the tuning score over the learning rates, one panel a net, one line an init."""
    frame = scores(tables)
    drawing, panels = canvas(4, 3, 8.8, sharex=True, sharey=True)
    for row, activation in zip(panels, FOUR, strict=True):
        for axes, depth in zip(row, DEPTHS, strict=True):
            part = frame[(frame.activation == activation) & (frame.depth == depth)]
            heading(axes, net_name(activation, depth), part)
            _draw_scores(axes, part)
        row[0].set(ylabel="score", ylim=(-0.03, 1.03))
    percent(panels[0, 0].yaxis)
    panels[0, 0].set_xscale("log")
    below(panels, "learning rate")
    key(drawing, lines(panels))
    return Drawing(drawing, frame, f"Best score, mean over inits: {_best(frame)}.")


def scores(tables: Tables) -> pd.DataFrame:
    """Return each rate that was tried with its score, by net and init, and the rate then chosen."""
    wanted = {"architecture": nets(list(FOUR), DEPTHS), "init": PLAIN}
    cell = [*NET, "init"]
    table = trained(tables.tuning, ["mlp_depth"], **wanted)[[*cell, "rate", "score"]]
    runs = trained(tables.outcomes, ["mlp_depth"], **wanted).groupby(cell, as_index=False)
    chosen = runs.agg(n=("seed", "nunique"), chosen=("learning_rate", "first"))
    return table.merge(chosen, on=cell, how="left")


def _draw_scores(axes: Axes, frame: pd.DataFrame) -> None:
    for init in present(frame, PLAIN):
        part, drawn = frame[frame["init"] == init], look(init)
        won = np.flatnonzero(part.rate == part.chosen).tolist()
        style = {"color": drawn.colour, "ls": drawn.dash, "marker": drawn.marker}
        axes.plot(part.rate, part.score, label=label(init), markevery=won, lw=1.4, **style)
    if frame.empty:
        empty(axes)


def _best(frame: pd.DataFrame) -> str:
    won = frame[frame.rate == frame.chosen]
    best = won.groupby(NET, as_index=False).agg(score=("score", "mean"))
    return listing(
        f"{net_name(row.activation, row.depth)} {share(row.score)}" for _, row in best.iterrows()
    )


@figure(
    name="depth_fixed_rate",
    needs=["mlp_depth", "mlp_fixed_rate"],
    title="Tuned learning rates beside one rate for all",
    caption=(
        "Mean final test accuracy with its 95 % t interval. Filled: each cell at its own tuned "
        "rate; open: every cell at one and the same rate, as a single recipe for all inits."
    ),
)
def draw_fixed(tables: Tables) -> Drawing:
    """Draw the final test accuracy at the tuned rate and at one rate, by net and init."""
    frame = _levels(tables)
    inits = ordered(frame)
    drawing, panels = canvas(3, 2, 1.8 + 0.72 * max(len(inits), 2), sharex=True)
    for column, activation in zip(panels.T, BENT, strict=True):
        for axes, depth in zip(column, DEPTHS, strict=True):
            part = frame[(frame.activation == activation) & (frame.depth == depth)]
            axes.set_title(net_name(activation, depth), fontsize=10)
            draw_rows(axes, part, [TUNED, FIXED])
    panels[0, 0].set_xlim(-0.02, 1.02)
    percent(panels[0, 0].xaxis)
    below(panels, "test accuracy at the end")
    key(drawing, [proxy(TUNED), proxy(_fixed_rate(tables), "none")])
    nets_of = [net_name(row.activation, row.depth) for _, row in frame.iterrows()]
    fixed = frame.assign(panel=nets_of)[frame.level == FIXED]
    return Drawing(drawing, frame, f"Mean test accuracy at one rate for all. {extremes(fixed)}.")


def _fixed_rate(tables: Tables) -> str:
    rate = trained(tables.outcomes, ["mlp_fixed_rate"])["learning_rate"].unique()
    return f"{FIXED}, {rate[0]:g}" if len(rate) else FIXED


def _levels(tables: Tables) -> pd.DataFrame:
    """Return the mean final accuracy of the cells of `mlp_fixed_rate`, tuned and not."""
    fixed = trained(tables.outcomes, ["mlp_fixed_rate"], architecture=nets(BENT, DEPTHS))
    inits = ordered(fixed)
    tuned = trained(tables.outcomes, ["mlp_depth"], architecture=nets(BENT, DEPTHS), init=inits)
    parts = [
        bands(outcomes, [*NET, "init"], "test_accuracy", mean_interval).assign(level=level)
        for level, outcomes in {TUNED: tuned, FIXED: fixed}.items()
    ]
    frame = stacked(parts)
    places = frame["init"].map({init: place for place, init in enumerate(inits)})
    frame = frame.assign(row=frame["init"].map(label), place=places)
    return frame.sort_values([*NET, "place"], kind="stable").drop(columns="place")
