"""The accuracy tables of the report."""

from collections.abc import Hashable

import pandas as pd

from initbench import statistics
from initbench.tables import Tables

CELL = ["dataset", "architecture", "init"]


def accuracy_table(tables: Tables, experiment: str) -> pd.DataFrame:
    """Return one row a cell of `experiment` with its final test accuracy over seeds.

    Columns: dataset, architecture, init, n, mean, low and high (95 % interval of the mean),
    minimum, maximum, diverged (runs) and one_class, the share of runs whose net gives every test
    sample the same class, so that it cannot beat the majority class. Best mean first in a net.
    """
    outcomes = tables.outcomes(experiment)
    rows = [_row(cell, runs) for cell, runs in outcomes.groupby(CELL, observed=True)]
    table = pd.DataFrame(rows).astype(dict.fromkeys(CELL, str))
    return table.sort_values(
        [*CELL[:2], "mean"], ascending=[True, True, False], kind="stable", ignore_index=True
    )


def _row(cell: tuple[Hashable, ...], runs: pd.DataFrame) -> dict[str, object]:
    accuracy = runs.test_accuracy.to_numpy(dtype=float)
    centre = statistics.mean(accuracy)
    return dict(zip(CELL, cell, strict=True)) | {
        "n": centre.n,
        "mean": centre.value,
        "low": centre.low,
        "high": centre.high,
        "minimum": accuracy.min(),
        "maximum": accuracy.max(),
        "diverged": int((runs.status == "diverged").sum()),
        "one_class": float((runs.predicted_classes == 1).mean()),
    }
