"""Row B83: does watching a net's statistics foresee that it will not learn?"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.depth.arms import (
    ACTIVATIONS,
    AT_ONE_RATE,
    DATASET,
    DECISIVE,
    DEPTHS,
    FIXED,
    INITS,
    LEARNED,
    TUNED,
    net,
)
from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import reached
from initbench.statistics import SHARE, Estimate, auc, mean, proportion
from initbench.statistics.estimate import FloatArray
from initbench.tables.read import Tables

RUN = ["architecture", "init", "seed"]
STEPS = (0, 20, 50, 118, 237)
EARLY = (0, 50)
RANGE = 38.0  # decades of float32 on each side of one
SHARES = ("saturated_share", "dead_share")


@adjudicates("B83")
def monitor_foresees_failure(tables: Tables) -> dict[str, Estimate]:
    """Return how well statistics at five moments tell runs that fail, inits never seen.

    Each is the area under the ROC curve within a seed, averaged over seeds; 0.5 is chance.
    """
    seen, failed = readings(tables), failures(tables)
    score = foreseen(seen, failed)
    early, before = (_at(seen, steps) for steps in (EARLY, EARLY[:1]))
    at_one_rate = (FIXED, DECISIVE, AT_ONE_RATE)
    failed_fixed = failures(tables, *at_one_rate)
    score_fixed = foreseen(readings(tables, *at_one_rate), failed_fixed)
    return {
        "auc": _by_seed(score, failed),
        "auc_early": _by_seed(foreseen(early, failed), failed),
        "auc_step_0": _by_seed(foreseen(before, failed), failed),
        "auc_fixed_rate": _by_seed(score_fixed, failed_fixed),
        "auc_pooled": auc(score.to_numpy(), failed.reindex(score.index).to_numpy(bool)),
        "failures": proportion(failed.to_numpy(bool)),
    }


def _at(seen: pd.DataFrame, steps: Sequence[int]) -> pd.DataFrame:
    return seen.loc[:, seen.columns.get_level_values("step").isin(steps)]


def failures(
    tables: Tables,
    experiment: str = TUNED,
    activations: Sequence[str] = ACTIVATIONS,
    inits: Sequence[str] = INITS,
) -> "pd.Series[bool]":
    """Return which runs end below 80 % test accuracy, by architecture, init and seed."""
    rows = _of_grid(tables.outcomes(experiment), activations, inits)
    return ~reached(rows.set_index(RUN)["test_accuracy"], LEARNED)


def readings(
    tables: Tables,
    experiment: str = TUNED,
    activations: Sequence[str] = ACTIVATIONS,
    inits: Sequence[str] = INITS,
) -> pd.DataFrame:
    """Return what a monitor reads of each run: one row a run, columns statistic x step.

    How many decades the last hidden state is from one, its ratio to the first, and the gradient of
    the first biases over the head's; the largest share of saturated entries and of dead units.
    """
    rows = _of_grid(tables.layers(experiment), activations, inits)
    by_quantity = dict(tuple(rows[rows["step"].isin(STEPS)].groupby("quantity")))
    gradient, rms = by_quantity["gradient_norm"], by_quantity["rms"]
    depth = rms["architecture"].str.extract(r"_d(\d+)$", expand=False).astype(int)
    end = _value(rms[rms["layer"] == "layers." + (depth - 1).astype(str)])
    start = _value(rms[rms["layer"] == "layers.0"])
    first, head = (
        _value(gradient[gradient["layer"] == f"{name}.bias"]) for name in ("layers.0", "final")
    )
    statistics = {
        "size": _decades(end),
        "change": _decades(end / start),
        "gradient": _decades(first / head),
        **{name: _largest(by_quantity[name]) for name in SHARES},
    }
    return pd.DataFrame(statistics).reset_index().pivot(index=RUN, columns="step")


def _of_grid(frame: pd.DataFrame, activations: Sequence[str], inits: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the bed's nets with these activations and inits."""
    names = [net(*pair, "").architecture for pair in product(activations, DEPTHS)]
    kept = frame["architecture"].isin(names) & frame["init"].isin(inits)
    return frame[kept & (frame["dataset"] == DATASET)].astype({"architecture": str, "init": str})


def _value(rows: pd.DataFrame) -> "pd.Series[Any]":
    return rows.set_index([*RUN, "step"])["value"]


def _largest(rows: pd.DataFrame) -> "pd.Series[Any]":
    """Return the largest value of each run and step over the hidden layers."""
    hidden = rows[rows["layer"].str.startswith("layers.")]
    return hidden.groupby([*RUN, "step"])["value"].max()


def _decades(sizes: "pd.Series[Any]") -> "pd.Series[float]":
    """Return how many decades each size is from one; vanished and broken ones are farthest."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(sizes.to_numpy(float))
    kept = np.nan_to_num(np.abs(logs), nan=RANGE, posinf=RANGE)
    return pd.Series(kept.clip(max=RANGE), index=sizes.index)


def foreseen(seen: pd.DataFrame, failed: "pd.Series[bool]") -> "pd.Series[float]":
    """Return each run's probability to fail, by a model fitted to the runs of all other inits."""
    target = failed.reindex(seen.index).to_numpy(bool)
    inits, values = seen.index.get_level_values("init"), seen.to_numpy(float)
    score = pd.Series(np.nan, index=seen.index)
    for init in inits.unique():
        out = inits == init
        score[out] = _probability(values[~out], target[~out], values[out])
    return score


def _probability(x: FloatArray, failed: Any, asked: FloatArray) -> Any:
    """Return the probability of failure (m,) of `asked` (m, k), learned from `x` and `failed`."""
    from sklearn.linear_model import LogisticRegression  # a second to import: only if asked for
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    if failed.all() or not failed.any():
        return np.full(len(asked), float(failed[0]))
    model = make_pipeline(StandardScaler(), LogisticRegression(solver="newton-cholesky"))
    return model.fit(x, failed).predict_proba(asked)[:, 1]


def _by_seed(score: "pd.Series[float]", failed: "pd.Series[bool]") -> Estimate:
    pairs = pd.DataFrame({"score": score, "failed": failed.reindex(score.index)})
    seeds = pairs.groupby(level="seed")
    return mean(
        np.array([auc(seed["score"], seed["failed"]).value for _, seed in seeds]), bounds=SHARE
    )
