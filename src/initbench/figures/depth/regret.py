"""Document B's bed: what it costs to choose the init by rule, at random, or once for all."""

import functools
from collections.abc import Callable

import numpy as np
import pandas as pd

from initbench.figures.depth.nets import DEPTHS, FOUR, MATCHED, nets, trained
from initbench.figures.kit.frames import bands, mean_interval
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.rows import draw_rows
from initbench.figures.kit.style import below, canvas, label, percent
from initbench.figures.kit.words import each
from initbench.tables.read import Tables

NET = ["activation", "depth"]
CHOICES = {
    "advice": "the document's advice",
    "matched": "by the activation alone",
    "random": "one at random",
}
VERY_DEEP = 30  # from here on the document's advice is a calibrated init
ALL = "all nets"
NEVER = ["zeros"]  # nobody would choose it
regret_interval = functools.partial(mean_interval, top=np.inf)


@figure(
    name="depth_regret",
    needs=["mlp_depth"],
    title="What each way to choose an init costs in test accuracy",
    caption=(
        "Regret: accuracy of the net's best init, by its mean, minus that of the choice, averaged "
        "over the four activations; mean over seeds with its 95 % t interval. The advice: He for "
        "ReLU, Xavier for the others, LSUV at depth 30. Random is the average over all inits; "
        "zeros are not among them."
    ),
)
def draw_regret(tables: Tables) -> Drawing:
    """Draw the mean regret of advice, of a random choice and of each fixed init, by depth."""
    frame = _rows(regrets(tables))
    drawing, panels = canvas(2, 2, 6.6, sharex=True, sharey=True)
    for axes, scope in zip(panels.flat, [ALL, *map(_scope, DEPTHS)], strict=True):
        axes.set_title(scope, fontsize=10)
        draw_rows(axes, frame[frame.scope == scope])
    percent(panels[0, 0].xaxis)
    below(panels, "regret in test accuracy")
    overall = frame[frame.scope == ALL]
    words = each(overall, lambda row: row.row)
    return Drawing(drawing, frame, f"Mean regret over all nets: {words}.")


def regrets(tables: Tables) -> pd.DataFrame:
    """Return the regret of every choice in every net, one row a choice, net and seed.

    Inits that were not trained in every net are left out.
    """
    outcomes = trained(tables.outcomes, ["mlp_depth"], architecture=nets(list(FOUR), DEPTHS))
    outcomes = outcomes[~outcomes["init"].isin(NEVER)]
    table = outcomes.pivot(index=[*NET, "seed"], columns="init", values="test_accuracy")
    accuracy = table.dropna(axis="columns").astype(float)
    choices = accuracy.assign(
        random=accuracy.mean(axis=1),
        matched=_chosen(accuracy, lambda activation, depth: MATCHED[activation]),
        advice=_chosen(accuracy, _advice),
    )
    regret = choices.dropna(axis="columns").rsub(_best(accuracy), axis=0)
    return regret.reset_index().melt([*NET, "seed"], var_name="init", value_name="regret")


def _advice(activation: str, depth: int) -> str:
    return "lsuv" if depth >= VERY_DEEP else MATCHED[activation]


def _chosen(accuracy: pd.DataFrame, choice: Callable[[str, int], str]) -> pd.Series:
    """Return the accuracy, by net and seed, of the init that `choice` names for the net."""
    nets_of = [(activation, depth) for activation, depth, _ in accuracy.index]
    rows = zip(nets_of, accuracy.to_dict("records"), strict=True)
    picked = [row.get(choice(*net), np.nan) for net, row in rows]
    return pd.Series(picked, accuracy.index, dtype=float)


def _best(accuracy: pd.DataFrame) -> pd.Series:
    """Return the accuracy, by net and seed, of the init that is best in that net on average."""
    means = accuracy.groupby(NET).transform("mean")
    picked = accuracy.where(means.eq(means.max(axis=1), axis=0))
    return picked.mean(axis=1)


def _scope(depth: int) -> str:
    return f"depth {depth}"


def _rows(regret: pd.DataFrame) -> pd.DataFrame:
    """Return the mean regret over seeds of each choice, overall and by depth, the least first."""
    scoped = pd.concat([regret.assign(scope=ALL), regret.assign(scope=regret.depth.map(_scope))])
    groups = scoped.groupby(["scope", "init", "seed"], as_index=False)
    by_seed = groups.agg(regret=("regret", "mean"))
    frame = bands(by_seed, ["scope", "init"], "regret", regret_interval)
    overall = frame[frame.scope == ALL].set_index("init")["value"]
    names = [CHOICES.get(init, f"always {label(init)}") for init in frame["init"]]
    rank = frame["init"].map(overall)
    rows = frame.assign(row=names, level="", rank=rank)
    return rows.sort_values(["scope", "rank"], kind="stable").drop(columns="rank")
