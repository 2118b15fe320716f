"""Tables of the final test accuracy of every cell, the best init first."""

from typing import Any

import numpy as np
import pandas as pd

from initbench.report.inputs import Record
from initbench.report.prose import estimate
from initbench.statistics import SHARE, Estimate, mean, proportion

CELL = ["dataset", "architecture", "init"]


def accuracy_table(
    experiment: str, recipe: str, outcomes: pd.DataFrame, level: float, tried: pd.DataFrame
) -> Record:
    """Return the table of one experiment from its outcomes, one row a run.

    The table has one group of rows a pair of data and architecture and in it one row an init, with
    the share of runs that reach the accuracy `level`; a diverged run counts with the accuracy of
    its outputs as evaluated. `tried` (of `Tables.tuning`) fills a column where rates were tuned.
    """
    tasks = outcomes.groupby(["dataset", "architecture"], observed=True, sort=True)
    return {
        "title": experiment,
        "caption": f"Final test accuracy after {recipe}; 95 % intervals in brackets.",
        "columns": [
            *("init", "runs", "mean accuracy, %", "range, %"),
            *(f"share of runs ≥ {100 * level:g} %", "share of one-answer runs", "diverged"),
            *(["learning rate"] if len(tried) else []),
        ],
        "groups": [
            {"name": " × ".join(map(str, task)), "rows": _ranked(runs, level, tried)}
            for task, runs in tasks
        ],
    }


def _ranked(runs: pd.DataFrame, level: float, tried: pd.DataFrame) -> list[list[Any]]:
    inits = runs.groupby("init", observed=True, sort=True)
    ranked = sorted(inits, key=lambda entry: -entry[1]["test_accuracy"].mean())
    return [[*_row(str(init), cell, level), *_rates(cell, tried)] for init, cell in ranked]


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


def _rates(runs: pd.DataFrame, tried: pd.DataFrame) -> list[str]:
    """Return the chosen rate and the score of each rate tried, if rates were tuned."""
    if tried.empty:
        return []
    cell = tried.merge(runs[CELL].drop_duplicates().astype(str), on=CELL)
    chosen = runs["learning_rate"].iloc[0]
    scores = ", ".join(
        f"{rate:g}: {_score(score)}"
        for rate, score in zip(cell["rate"], cell["score"], strict=True)
    )
    at_end = " (at the bound)" if chosen in (cell["rate"].min(), cell["rate"].max()) else ""
    return [f"{chosen:g}{at_end}; {scores}"]


def _score(score: float) -> str:
    """Return a share of held-out samples in per cent, or the loss of a regression."""
    return f"{100 * score:.1f}" if score >= 0 else f"loss {-score:.2g}"


def _percent(found: Estimate) -> str:
    return estimate(100 * found.value, 100 * found.low, 100 * found.high)


def _share(found: Estimate) -> str:
    return estimate(found.value, found.low, found.high)
