"""Row A03 of family E1: does any recipe and init solve the task, and how soon?"""

from dataclasses import replace
from itertools import product
from typing import Any

import pandas as pd

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import (
    Cell,
    difference,
    measured,
    reached,
    select,
    success,
    success_rate,
)
from initbench.statistics import Estimate, median, proportion
from initbench.tables.read import Tables

EXPERIMENTS = ("tiny_sgd", "tiny_sgd_fast", "tiny_adam", "tiny_minibatch")
INITS = ("default", "xavier", "orthogonal")
CELLS = tuple(Cell(experiment, init) for experiment, init in product(EXPERIMENTS, INITS))
EXACT = 1.0
SOON = 300  # epochs; only picks the cell to judge, the threshold itself is the rule's


@adjudicates("A03")
def solved_soon(tables: Tables) -> dict[str, Estimate]:
    """Return success and speed of the best cell against the 15-nearest-neighbour ceiling.

    The cell is chosen on the even seeds and measured on the odd ones, so that choosing the
    best of twelve does not flatter it.
    """
    cell = max(CELLS, key=lambda cell: _promise(tables, cell))
    wins, ceiling = _odd(success(tables, cell, EXACT)), _odd(perfect_neighbours(tables))
    chosen = {
        "gap_to_ceiling": difference(wins, ceiling),
        "epochs_to_99": median(_odd(epochs_to(tables, cell)).to_numpy(float)),
        "sr100": proportion(wins.to_numpy(bool)),
    }
    named = f"{cell.experiment} x {cell.init}, odd seeds"
    rates = [success_rate(tables, cell) for cell in CELLS]
    return {
        **{name: replace(e, method=f"{e.method}; {named}") for name, e in chosen.items()},
        "sr100_ceiling": proportion(ceiling.to_numpy(bool)),
        "highest_sr99": max(rates, key=lambda rate: rate.high),
    }


def epochs_to(tables: Tables, cell: Cell, level: float = 0.99) -> "pd.Series[Any]":
    """Return the first recorded epoch of each run with `level` test accuracy, by seed.

    A run that never gets there counts with the last epoch: it is censored, not dropped.
    """
    curves = select(tables.curves(cell.experiment), cell)
    curves = curves[curves["split"] == "test"]
    first = curves[reached(curves["accuracy"], level)].groupby("seed")["epoch"].min()
    return first.reindex(curves["seed"].unique(), fill_value=curves["epoch"].max())


def _promise(tables: Tables, cell: Cell) -> tuple[float, float]:
    """Return the shares of even seeds that solve the task soon, and at all."""
    wins = _even(success(tables, cell, EXACT))
    soon = _even(epochs_to(tables, cell)) <= SOON
    return float((wins & soon.reindex(wins.index)).mean()), float(wins.mean())


def perfect_neighbours(tables: Tables) -> "pd.Series[bool]":
    """Return on which seeds 15 nearest neighbours classify every test point right."""
    return reached(measured(tables, Cell("tiny_sgd"), "knn_accuracy")["input"], EXACT)


def _even(runs: "pd.Series[Any]") -> "pd.Series[Any]":
    return runs[runs.index % 2 == 0]


def _odd(runs: "pd.Series[Any]") -> "pd.Series[Any]":
    return runs[runs.index % 2 == 1]
