"""Tables of the final test accuracy of every cell, the best init first."""

from typing import Any

import numpy as np
import pandas as pd

from initbench.report.inputs import Record
from initbench.report.prose import estimate
from initbench.statistics import mean, proportion

COLUMNS = [
    "data",
    "architecture",
    "init",
    "runs",
    "mean test accuracy, %",
    "lowest, %",
    "highest, %",
    "share of runs ≥ 99 %",
    "share of one-class predictors",
    "diverged",
]
_CELL = ["dataset", "architecture", "init"]


def accuracy_table(experiment: str, recipe: str, outcomes: pd.DataFrame) -> Record:
    """Return the table of one experiment from its outcomes, one row a run.

    Each row of the table is a cell of data × architecture × init; a diverged run counts with the
    accuracy of its outputs as evaluated.
    """
    cells = outcomes.groupby(_CELL, observed=True, sort=True)
    ranked = sorted(cells, key=lambda cell: (cell[0][:2], -cell[1]["test_accuracy"].mean()))
    return {
        "title": experiment,
        "caption": f"Final test accuracy after {recipe}; 95 % intervals in brackets.",
        "columns": COLUMNS,
        "rows": [_row(names, runs) for names, runs in ranked],
    }


def _row(names: tuple[Any, ...], runs: pd.DataFrame) -> list[Any]:
    accuracy = 100 * runs["test_accuracy"].to_numpy()
    alone = runs["predicted_classes"].to_numpy() == 1
    return [
        *map(str, names),
        len(runs),
        _text(mean(accuracy)),
        f"{accuracy.min():.2f}",
        f"{accuracy.max():.2f}",
        _text(proportion(accuracy >= 99)),
        _text(proportion(alone)),
        int(np.sum(runs["status"] == "diverged")),
    ]


def _text(measured: Any) -> str:
    return estimate(measured.value, measured.low, measured.high)
