"""Document B's bed over training: how soon nets learn, and their test accuracy on the way."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from initbench.figures.depth.nets import DEPTHS, FOUR, MATCHED, first_steps, net_name, nets, trained
from initbench.figures.kit.frames import BAND, bands, mean_interval, present
from initbench.figures.kit.over_depth import heading
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    band,
    below,
    canvas,
    empty,
    key,
    label,
    lines,
    look,
    percent,
    reference,
)
from initbench.figures.kit.words import extremes, share
from initbench.statistics.survival import kaplan_meier
from initbench.tables.read import Tables

NET = ["activation", "depth"]
CELL = [*NET, "init"]
WATCHED = ["relu", "tanh"]
POOR = ["normal_0.01", "normal_1", "default", "default_zero_bias"]
TIMED = [*POOR, "xavier_normal", "he_normal"]
EXERCISE = [
    *("normal_0.01", "normal_1", "default_zero_bias", "xavier_normal", "he_normal"),
    *("orthogonal_gained", "lsuv"),
]
BENT = ["relu", "tanh", "sigmoid"]
CHANCE = 0.10  # one class in ten
ASIDE = 0.012  # how far lines that would hide each other are moved apart
NOWHERE = slice(0, 0)
Draw = Callable[[Axes, pd.DataFrame], None]


@figure(
    name="depth_survival",
    needs=["mlp_depth", "mlp_default"],
    title="Runs that have not reached 80 % test accuracy yet",
    caption=(
        "Kaplan-Meier curves for four inits that the document calls poor and the one that it "
        "recommends, drawn slightly apart. A run that never gets there counts until the end; as "
        "none leaves before, the bands and the bars at the end are exact 95 % intervals."
    ),
)
def draw_survival(tables: Tables) -> Drawing:
    """Draw the share of runs below 80 % over the steps for poor and matched inits."""
    wanted = {"architecture": nets(WATCHED, DEPTHS), "init": TIMED, "split": "test"}
    times = first_steps(trained(tables.curves, ["mlp_depth", "mlp_default"], **wanted))
    fits = times["init"].isin(POOR) | (times["init"] == times.activation.map(MATCHED))
    frame = survival(times[fits])
    drawing = _grid(frame, WATCHED, 5.4, "runs below 80 %", _draw_stairs)
    ends = frame.drop_duplicates(CELL, keep="last")
    return Drawing(drawing, frame, f"Runs still below 80 % at the end. {_by_net(ends)}.")


def survival(times: pd.DataFrame) -> pd.DataFrame:
    """Return the share of runs that have not `reached` by `time`, one stair a row, by net and init.

    The estimate is that of Kaplan and Meier (1958); a run that has not is censored at its end.
    """
    parts = [_stairs(part) for _, part in times.groupby(CELL)]
    return pd.concat(parts) if parts else times.assign(step=0)


def _stairs(times: pd.DataFrame) -> pd.DataFrame:
    """Return the survival curve of one cell, drawn on to the end of training."""
    curve = kaplan_meier(times.time, times.reached)
    whole = pd.concat([curve, curve.tail(1).assign(step=times["last"].max())])
    first = times.iloc[0]
    named = whole.assign(activation=first.activation, depth=first.depth, init=first["init"])
    return named[[*CELL, "step", *BAND]]


def _draw_stairs(axes: Axes, frame: pd.DataFrame) -> None:
    for place, init in enumerate(present(frame, TIMED)):
        part, drawn = frame[frame["init"] == init], look(init)
        moving = part.value.between(0, 1, inclusive="neither")
        low, high = part.low.where(moving), part.high.where(moving)
        axes.fill_between(part.step, low, high, color=drawn.colour, step="post", alpha=0.2, lw=0)
        # The marker stands at the bar beside the end, and in the key.
        line: dict[str, Any] = {"ls": drawn.dash, "drawstyle": "steps-post", "markevery": NOWHERE}
        style: dict[str, Any] = {"color": drawn.colour, "marker": drawn.marker, "ms": 4.5}
        aside = part.value + ASIDE * (place - 2)
        axes.plot(part.step, aside, label=label(init), lw=1.7, **style, **line)
        end, x = part.iloc[-1], part.step.max() * (1.04 + 0.035 * place)
        reach = [[end.value - end.low], [end.high - end.value]]
        axes.errorbar(x, end.value, yerr=reach, elinewidth=1.7, **style)


@figure(
    name="depth_curves",
    needs=["mlp_depth"],
    title="Test accuracy over training by depth and init",
    caption=(
        "Mean over runs with its 95 % t interval over the updates, each cell at its own tuned "
        "learning rate. The dotted line is one class in ten."
    ),
)
def draw_curves(tables: Tables) -> Drawing:
    """Draw the mean test accuracy over the steps for seven inits, activations and depths."""
    wanted = {"architecture": nets(BENT, DEPTHS), "init": EXERCISE, "split": "test"}
    curves = trained(tables.curves, ["mlp_depth"], **wanted)
    frame = bands(curves, [*CELL, "step"], "accuracy", mean_interval)
    drawing = _grid(frame, BENT, 7.0, "test accuracy", _draw_means)
    ends = frame.drop_duplicates(CELL, keep="last")
    return Drawing(drawing, frame, f"Mean test accuracy at the end. {_by_net(ends)}.")


def _draw_means(axes: Axes, frame: pd.DataFrame) -> None:
    reference(axes, CHANCE, dash=":")
    for place, init in enumerate(present(frame, EXERCISE)):
        part = frame[frame["init"] == init]
        band(axes, part, "step", init, label(init), markevery=(place % 5, 5), lw=1.4, ms=4)


def _grid(
    frame: pd.DataFrame, activations: Sequence[str], height: float, ylabel: str, draw: Draw
) -> Figure:
    """Draw one panel a net: a row for each activation, a column for each depth."""
    drawing: Figure
    drawing, panels = canvas(len(activations), len(DEPTHS), height, sharex=True, sharey=True)
    for row, activation in zip(panels, activations, strict=True):
        for axes, depth in zip(row, DEPTHS, strict=True):
            part = frame[(frame.activation == activation) & (frame.depth == depth)]
            heading(axes, net_name(activation, depth), part)
            if part.empty:
                empty(axes)
            else:
                draw(axes, part)
        row[0].set_ylabel(ylabel)
        row[0].set_ylim(-0.04, 1.04)
        percent(row[0].yaxis)
    below(panels, "updates")
    key(drawing, lines(panels))
    return drawing


def _by_net(ends: pd.DataFrame) -> str:
    order = list(FOUR)
    ends = ends.sort_values("activation", key=lambda a: a.map(order.index), kind="stable")
    names = [net_name(row.activation, row.depth) for _, row in ends.iterrows()]
    return extremes(ends.assign(panel=names, row=ends["init"].map(label)), _short)


def _short(value: float) -> str:
    return share(round(value, 2)).replace(".0 %", " %")
