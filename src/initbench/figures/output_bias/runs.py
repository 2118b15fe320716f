"""The tables of the output bias: two tasks with rare classes, two nets, three biases."""

import pandas as pd

from initbench.datasets.gaussian_classes import frequencies
from initbench.figures.kit.frames import Summary, bands, last_step, load, pick
from initbench.figures.kit.scores import in_order, printed
from initbench.tables.read import Tables
from initbench.theory.baselines import constant_predictor_loss

BIASES = ["output_zero", "output_default", "output_prior"]
PRIORS = {"output_prior_99_1": "output_prior", "output_prior_long_tail": "output_prior"}
NETS = {"linear": "linear", "mlp": "hidden layer"}
TASKS = {"imbalanced_99_1": "99 : 1", "long_tail_10": "long tail"}
# Of each data set: how many classes, and how often the first occurs for each of the last.
SHARES = {"imbalanced_99_1": (2, 99.0), "long_tail_10": (10, 100.0)}
IMPROVED = 0.9
CELL = ["dataset", "net", "init"]


def entropy(dataset: str) -> float:
    """Return the entropy in nats of the class shares of one of the two data sets."""
    return constant_predictor_loss(frequencies(*SHARES[dataset]))


def with_net(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the two tasks, with the column net; all log priors share a name."""
    net = frame.architecture.astype(str).str.split("_").str[0]
    known = frame.dataset.isin(list(TASKS)) & net.isin(list(NETS))
    return frame.assign(net=net, init=frame["init"].astype(str).replace(PRIORS))[known]


def losses(tables: Tables) -> pd.DataFrame:
    """Return the test losses of every run (one row a run) at every step (columns)."""
    curves = pick(load(tables.curves, "output_bias"), split="test", init=[*BIASES, *PRIORS])
    return with_net(curves).pivot(index=[*CELL, "seed"], columns="step", values="loss")


def starts(runs: pd.DataFrame) -> pd.Series:
    """Return the first test loss of every run."""
    return runs.bfill(axis=1).iloc[:, 0]


def own_goal(runs: pd.DataFrame) -> pd.Series:
    """Return the loss at which each run has made 90 % of its improvement."""
    start, end = starts(runs), runs.ffill(axis=1).iloc[:, -1]
    return start - IMPROVED * (start - end)


def common_goal(runs: pd.DataFrame) -> pd.Series:
    """Return the same loss of the run with zero bias that has the same data, for every run."""
    goals = own_goal(runs)
    ours = goals.where(goals.index.get_level_values("init") == "output_zero")
    return ours.groupby(["dataset", "net", "seed"]).transform("max")


def updates_to(runs: pd.DataFrame, goal: pd.Series) -> pd.Series:
    """Return after how many updates each run is at its goal; the last one if it never is."""
    reached = runs.le(goal, axis=0)
    first = reached.idxmax(axis=1).where(reached.any(axis=1), runs.columns.max())
    return first[goal.notna()]


def summarised(values: pd.Series, summary: Summary) -> pd.DataFrame:
    """Return one row a data set, net and init: its n, value, low and high."""
    frame = bands(values.rename("score").reset_index(), CELL, "score", summary)
    return in_order(frame.assign(row=frame["init"].map(printed), level=""), BIASES)


def recalls(tables: Tables, summary: Summary) -> pd.DataFrame:
    """Return one row a data set, net, init and class (from 1): the share recognised at the end."""
    layers = pick(load(tables.layers, "output_bias"), quantity="recall", init=[*BIASES, *PRIORS])
    last = with_net(last_step(layers))
    numbered = last.assign(**{"class": last["index"] + 1})
    frame = bands(numbered, [*CELL, "class"], "value", summary)
    return in_order(frame.assign(row=frame["init"].map(printed)), BIASES)


def at(frame: pd.DataFrame, dataset: str, net: str) -> pd.DataFrame:
    """Return the rows of one data set and net."""
    return frame[(frame.dataset == dataset) & (frame.net == net)]
