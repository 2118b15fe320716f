"""Document B's bed: learning rates tuned for each cell, and one rate for all."""

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
        "runs. A tuning run that diverged scores zero; the tables keep no spread. Where the score "
        "still rises at the last rate, a rate beyond those of the ledger might do better."
    ),
)
def draw_scores(tables: Tables) -> Drawing:
    """Draw the tuning score over the learning rates, one panel a net, one line an init."""
    frame = scores(tables)
    names = rates(frame)
    drawing, panels = canvas(4, 3, 8.8, sharex=True, sharey=True)
    for row, activation in zip(panels, FOUR, strict=True):
        for axes, depth in zip(row, DEPTHS, strict=True):
            part = frame[(frame.activation == activation) & (frame.depth == depth)]
            heading(axes, net_name(activation, depth), part)
            _draw_scores(axes, part, names)
        row[0].set(ylabel="score", ylim=(-0.03, 1.03))
    percent(panels[0, 0].yaxis)
    if names:
        panels[0, 0].set_xticks(range(len(names)), labels=names)
    below(panels, "learning rate")
    key(drawing, lines(panels))
    return Drawing(drawing, frame, f"Best score, mean over inits: {_best(frame)}.")


def scores(tables: Tables) -> pd.DataFrame:
    """Return the score of each rate in its order, by net and init, and the rate then `chosen`."""
    wanted = {"layer": "tuning", "quantity": "score", "architecture": nets(list(FOUR), DEPTHS)}
    found = trained(tables.layers, ["mlp_depth"], init=PLAIN, **wanted)
    cell = [*NET, "init"]
    table = found.groupby([*cell, "index"], as_index=False).agg(
        n=("seed", "nunique"), score=("value", "first")
    )
    outcomes = trained(tables.outcomes, ["mlp_depth"])
    chosen = outcomes.groupby(cell)["learning_rate"].first()
    trained_with = chosen.reindex(pd.MultiIndex.from_frame(table[cell])).to_numpy()
    best = table.score == table.groupby(cell)["score"].transform("max")
    return table.assign(chosen=trained_with, best=best)


def rates(frame: pd.DataFrame) -> list[str]:
    """Return the name of each place in the list of rates: the rate of cells where it alone won."""
    winners = frame[frame.best]
    alone = winners.drop_duplicates([*NET, "init"], keep=False)
    known = alone.groupby("index")["chosen"].first()
    places = range(int(frame["index"].max()) + 1) if len(frame) else range(0)
    return [f"{known[place]:g}" if place in known else f"no. {place + 1}" for place in places]


def _draw_scores(axes: Axes, frame: pd.DataFrame, names: list[str]) -> None:
    for init in present(frame, PLAIN):
        part, drawn = frame[frame["init"] == init], look(init)
        won = [place for place, name in enumerate(names) if name == f"{part.chosen.iloc[0]:g}"]
        style = {"color": drawn.colour, "ls": drawn.dash, "marker": drawn.marker}
        axes.plot(part["index"], part.score, label=label(init), markevery=won, lw=1.4, **style)
    if frame.empty:
        empty(axes)


def _best(frame: pd.DataFrame) -> str:
    best = frame[frame.best].groupby(NET, as_index=False).agg(score=("score", "mean"))
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
