"""Row B46: an init for each type of layer against one for all."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, final
from initbench.claims.adjudicators.special_nets.custom_inits import best
from initbench.statistics import GAIN, Estimate
from initbench.tables.read import Tables

TASKS = {"recall": "delayed_recall_20", "adding": "adding_20"}
ONE_SIZE = ("normal_0.01", "xavier_normal")
ONE_SIZE_RECURRENT = ("recurrent_normal", "recurrent_xavier")


@adjudicates("B46")
def init_for_each_type(tables: Tables) -> dict[str, Estimate]:
    """Return what the init for its type adds to accuracy over the better of two for all."""
    tasks = {task: _recurrent(tables, task) for task in TASKS}
    both = {
        init: pd.concat([runs[init] for runs in tasks.values()], axis=1, join="inner").mean(axis=1)
        for init in ("recurrent_orthogonal", *ONE_SIZE_RECURRENT)
    }
    return {
        "conv": _gain(_images(tables, "cnn", "cnn_d8", "he_normal")),
        "recurrent": _gain(both),
        "residual": _gain(_images(tables, "residual", "residual_b64", "residual_scaled")),
        "conv_d3": _gain(_images(tables, "cnn", "cnn_d3", "he_normal")),
        **{task: _gain(runs) for task, runs in tasks.items()},
    }


def _gain(runs: "Mapping[str, pd.Series[Any]]") -> Estimate:
    """Return the first entry's paired gain over the best of the others."""
    matched, *rivals = runs.values()
    return replace(difference(matched, best(rivals), bounds=GAIN), picked=-len(rivals))


def _images(
    tables: Tables, experiment: str, architecture: str, matched: str
) -> "dict[str, pd.Series[Any]]":
    """Return final accuracies by init, the matched one first."""
    return {
        init: final(tables, Arm(experiment, init, "mnist_5k", architecture))
        for init in (matched, *ONE_SIZE)
    }


def _recurrent(tables: Tables, task: str) -> "dict[str, pd.Series[Any]]":
    """Return final accuracies of the plain recurrent net by init, the matched one first."""
    return {
        init: final(tables, Arm(f"{task}_20", init, TASKS[task], f"rnn_{task}"))
        for init in ("recurrent_orthogonal", *ONE_SIZE_RECURRENT)
    }
