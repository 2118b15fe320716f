"""Tables of the final test accuracy of every cell, the best init first."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from initbench.report.inputs import Record
from initbench.report.prose import estimate
from initbench.statistics import SHARE, Estimate, mean, proportion


def accuracy_table(
    experiment: str, recipe: str, outcomes: pd.DataFrame, level: float, rates: Sequence[float] = ()
) -> Record:
    """Return the table of one experiment from its outcomes, one row a run.

    The table has one group of rows a pair of data and architecture and in it one row an init, with
    the share of runs that reach the accuracy `level`; a diverged run counts with the accuracy of
    its outputs as evaluated. Of several `rates` that were tried the chosen one stands in a column.
    """
    tried = rates if len(rates) > 1 else ()
    tasks = outcomes.groupby(["dataset", "architecture"], observed=True, sort=True)
    return {
        "title": experiment,
        "caption": f"Final test accuracy after {recipe}; 95 % intervals in brackets.",
        "columns": [
            *("init", "runs", "mean accuracy, %", "range, %"),
            *(f"share of runs ≥ {100 * level:g} %", "share of one-answer runs", "diverged"),
            *(["learning rate"] if tried else []),
        ],
        "groups": [
            {"name": " × ".join(map(str, task)), "rows": _ranked(runs, level, tried)}
            for task, runs in tasks
        ],
    }


def _ranked(runs: pd.DataFrame, level: float, rates: Sequence[float]) -> list[list[Any]]:
    inits = runs.groupby("init", observed=True, sort=True)
    ranked = sorted(inits, key=lambda entry: -entry[1]["test_accuracy"].mean())
    return [[*_row(str(init), cell, level), *_chosen(cell, rates)] for init, cell in ranked]


def _row(init: str, runs: pd.DataFrame, level: float) -> list[Any]:
    accuracy = runs["test_accuracy"].to_numpy()
    one_answer = runs["predicted_classes"].to_numpy() == 1
    return [
        init,
        len(runs),
        _percent(mean(accuracy, bounds=SHARE)),
        f"{100 * accuracy.min():.2f} to {100 * accuracy.max():.2f}",
        _share(proportion(accuracy >= level)),
        _share(proportion(one_answer)),
        int(np.sum(runs["status"] == "diverged")),
    ]


def _chosen(runs: pd.DataFrame, rates: Sequence[float]) -> list[str]:
    """Return the rates that the runs use of those tried, the extreme ones marked as such."""
    if not rates:
        return []
    marks = {min(rates): " (lowest)", max(rates): " (highest)"}
    used = sorted(runs["learning_rate"].unique())
    return [", ".join(f"{rate:g}{marks.get(rate, '')}" for rate in used)]


def _percent(found: Estimate) -> str:
    return estimate(100 * found.value, 100 * found.low, 100 * found.high)


def _share(found: Estimate) -> str:
    return estimate(found.value, found.low, found.high)
