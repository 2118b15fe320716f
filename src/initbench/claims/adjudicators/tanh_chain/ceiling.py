"""Row A03: does any recipe and init solve the task, and how soon?"""

from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import (
    Arm,
    difference,
    measured,
    reached,
    select,
    success,
    success_rate,
)
from initbench.claims.adjudicators.tanh_chain.arms import chain
from initbench.statistics import Estimate, median, proportion
from initbench.tables.read import Tables

EXPERIMENTS = ("tiny_sgd", "tiny_sgd_fast", "tiny_adam", "tiny_minibatch")
INITS = ("default", "xavier", "orthogonal")
ARMS = tuple(chain(init, experiment) for experiment, init in product(EXPERIMENTS, INITS))
EXACT = 1.0
LOOKS = 10.0  # epochs between two evaluations
SOON = 300  # epochs; only picks the arm to judge, the threshold itself is the rule's


@adjudicates("A03")
def solved_soon(tables: Tables) -> dict[str, Estimate]:
    """Return success and speed of the best arm against the 15-nearest-neighbour ceiling.

    The arm is chosen on the even seeds and measured on the odd ones, so that choosing the
    best of twelve does not flatter it.
    """
    arm = max(ARMS, key=lambda arm: _promise(tables, arm))
    wins, ceiling = _odd(success(tables, arm, EXACT)), _odd(perfect_neighbours(tables))
    chosen = {
        "gap_to_ceiling": difference(wins, ceiling),
        "epochs_to_99": median(_odd(epochs_to(tables, arm)).to_numpy(float), step=LOOKS),
        "sr100": proportion(wins.to_numpy(bool)),
    }
    named = f"{arm.experiment} x {arm.init}, odd seeds"
    rates = [success_rate(tables, arm) for arm in ARMS]
    return {
        **{name: replace(e, method=f"{e.method}; {named}") for name, e in chosen.items()},
        "sr100_ceiling": proportion(ceiling.to_numpy(bool)),
        "highest_sr99": max(rates, key=lambda rate: rate.high),
    }


def epochs_to(tables: Tables, arm: Arm, level: float = 0.99) -> "pd.Series[Any]":
    """Return the first recorded epoch of each run with `level` test accuracy, by seed.

    A run that never gets there counts with the last epoch: it is censored, not dropped.
    """
    curves = select(tables.curves(arm.experiment), arm)
    curves = curves[curves["split"] == "test"]
    first = curves[reached(curves["accuracy"], level)].groupby("seed")["epoch"].min()
    return first.reindex(curves["seed"].unique(), fill_value=curves["epoch"].max())


def _promise(tables: Tables, arm: Arm) -> tuple[float, float]:
    """Return the shares of even seeds that solve the task soon, and at all."""
    wins = _even(success(tables, arm, EXACT))
    soon = _even(epochs_to(tables, arm)) <= SOON
    return float((wins & soon.reindex(wins.index)).mean()), float(wins.mean())


def perfect_neighbours(tables: Tables) -> "pd.Series[bool]":
    """Return on which seeds 15 nearest neighbours classify every test point right."""
    return reached(measured(tables, chain("default"), "knn_accuracy")["input"], EXACT)


def _even(runs: "pd.Series[Any]") -> "pd.Series[Any]":
    return runs[runs.index % 2 == 0]


def _odd(runs: "pd.Series[Any]") -> "pd.Series[Any]":
    return runs[runs.index % 2 == 1]
