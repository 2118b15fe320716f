"""Document A: how often the tanh chain solves its task, by init, optimiser, task and spectrum."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import ROUNDING, TINY, bands, load, pick, success_rate
from initbench.figures.kit.heat import heat_map
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.rows import dot_rows
from initbench.figures.kit.style import canvas, empty, label, percent
from initbench.figures.kit.words import each, extremes
from initbench.tables.read import Tables

OPTIMISERS = {
    "tiny_sgd": "SGD 0.03, full batch (the recipe)",
    "tiny_sgd_fast": "SGD 0.3, full batch",
    "tiny_adam": "Adam 0.01, full batch",
    "tiny_minibatch": "SGD 0.03, batches of 32",
}
NETS = {
    "net_2_8_2_tanh": "one hidden layer of 8 tanh units, default init",
    "net_2_8_2_relu": "one hidden layer of 8 ReLU units, default init",
}
TASKS = {
    "moons": "moons",
    "moons_raw": "moons, not standardised",
    "moons_leak_free": "moons, scaler without test points",
    "c_bands": "two C bands",
    "circles": "ring around a disc",
}
LEVELS = {"test accuracy of at least 99 %": 0.99, "test accuracy of 100 %": 1.0}
MAIN = ["default", "xavier", "orthogonal"]


def success(outcomes: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return n, share and exact interval of runs that reach each level of test accuracy."""
    tables = []
    for level, least in LEVELS.items():
        reached = outcomes.assign(reached=outcomes.test_accuracy >= least - ROUNDING)
        tables.append(bands(reached, by, "reached", success_rate).assign(level=level))
    return pd.concat(tables, ignore_index=True)


def _outcomes(tables: Tables) -> pd.DataFrame:
    parts = [load(tables.outcomes, name).assign(experiment=name) for name in OPTIMISERS]
    return pick(pd.concat(parts, ignore_index=True))


def _ordered(frame: pd.DataFrame, column: str, order: Mapping[str, str]) -> pd.DataFrame:
    """Return `frame` sorted by the place of `column` in `order`, else as it was."""
    places = {name: place for place, name in enumerate(order)}
    return frame.sort_values(column, key=lambda names: names.map(places), kind="stable")


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with the inits that solve the task most often first."""
    solved = frame[frame.level == next(iter(LEVELS))].set_index(["experiment", "init"])["value"]
    pairs = pd.MultiIndex.from_frame(frame[["experiment", "init"]])
    rank = -solved.reindex(pairs).to_numpy()
    return frame.assign(rank=rank).sort_values("rank", kind="stable").drop(columns="rank")


def _dots(frame: pd.DataFrame) -> Drawing:
    drawing, panels = dot_rows(frame, list(LEVELS))
    percent(panels[-1].xaxis)
    panels[-1].set(xlabel="share of runs", xlim=(-0.02, 1.02))
    solved = frame[frame.level == next(iter(LEVELS))]
    alt = f"Share of runs that end at 99 % test accuracy or more. {extremes(solved)}."
    return Drawing(drawing, frame, alt)


@figure(
    name="tanh_chain_success_rates",
    needs=["tiny_sgd", "tiny_sgd_fast", "tiny_adam", "tiny_minibatch"],
    title="How often the tanh chain solves two moons",
    caption=(
        "Share of runs that end at 99 % test accuracy or more (filled) and at 100 % (open), "
        "with 95 % exact intervals. A run that diverged is a failure."
    ),
)
def draw_success(tables: Tables) -> Drawing:
    """Draw the share of solved runs of every init under the four optimisers."""
    rates = success(pick(_outcomes(tables), **TINY), ["experiment", "init"])
    frame = _ordered(_ranked(rates), "experiment", OPTIMISERS)
    frame = frame.assign(panel=frame.experiment.map(OPTIMISERS), row=frame["init"].map(label))
    return _dots(frame)


@figure(
    name="tanh_chain_tasks",
    needs=["tiny_sgd", "tiny_sgd_fast", "tiny_adam"],
    title="The same training loop on other data and with wider nets",
    caption=(
        "Share of runs that end at 99 % test accuracy or more (filled) and at 100 % (open), "
        "with 95 % exact intervals. A chain of width 2 cannot separate a ring from "
        "the disc inside it: that data set is a control."
    ),
)
def draw_tasks(tables: Tables) -> Drawing:
    """Draw the share of solved runs on every data set, and of the wider nets on the moons."""
    outcomes = _outcomes(tables)
    return _dots(pd.concat([_data_sets(outcomes), _wider_nets(outcomes)], ignore_index=True))


def _data_sets(outcomes: pd.DataFrame) -> pd.DataFrame:
    chain = pick(outcomes, experiment="tiny_sgd", architecture="tanh_chain", init=MAIN)
    rates = _ordered(success(chain, ["dataset", "init"]), "dataset", TASKS)
    rows = rates.dataset.map(TASKS) + ", " + rates["init"].map(label)
    return rates.assign(panel="tanh chain, SGD 0.03, full batch", row=rows)


def _wider_nets(outcomes: pd.DataFrame) -> pd.DataFrame:
    wide = pick(outcomes, dataset="moons", architecture=list(NETS), init="default")
    rates = success(wide, ["architecture", "experiment", "init"])
    rates = _ordered(_ordered(rates, "experiment", OPTIMISERS), "architecture", NETS)
    panels, rows = rates.architecture.map(NETS), rates.experiment.map(OPTIMISERS)
    return rates.assign(panel=panels, row=rows)


def _factorial(tables: Tables) -> pd.DataFrame:
    outcomes = pick(load(tables.outcomes, "tiny_factorial"), **TINY)
    rates = success(outcomes, ["init"])
    parts = rates["init"].str.extract(r"svd_k(?P<condition>[\d.]+)_s(?P<scale>[\d.]+)")
    frame = pd.concat([rates, parts.astype(float)], axis=1).dropna(subset="scale")
    return frame[frame.level == next(iter(LEVELS))]


def _cell(row: pd.Series) -> str:
    return f"{100 * row.value:.0f} %\n{100 * row.low:.0f} to {100 * row.high:.0f}\nn = {row.n}"


@figure(
    name="tanh_chain_factorial_map",
    needs=["tiny_factorial"],
    title="Success by scale and condition number of the weights",
    caption=(
        "Share of runs that end at 99 % test accuracy or more, its 95 % exact interval and the "
        "number of runs. Every layer starts with the two singular values that the cell names."
    ),
)
def draw_factorial(tables: Tables) -> Drawing:
    """Draw the share of solved runs for each scale (rows) and condition number (columns)."""
    frame = _factorial(tables)
    drawing, ((axes,),) = canvas(height=4.2)
    if frame.empty:
        empty(axes)
    else:
        _draw_factorial(axes, frame)
    words = each(frame, lambda row: f"condition {row.condition:g}, scale {row.scale:g}")
    alt = f"Share of runs that end at 99 % test accuracy or more: {words}."
    return Drawing(drawing, frame, alt)


def _draw_factorial(axes: Axes, frame: pd.DataFrame) -> None:
    cells = frame.assign(text=frame.apply(_cell, axis=1))
    shares, texts = (
        cells.pivot(index="scale", columns="condition", values=column).iloc[::-1]
        for column in ("value", "text")
    )
    heat_map(axes, shares.rename(columns="{:g}".format), texts, vmin=0, vmax=1)
    axes.set_xlabel("condition number (larger / smaller singular value)")
    axes.set_ylabel("scale (geometric mean of both)")
