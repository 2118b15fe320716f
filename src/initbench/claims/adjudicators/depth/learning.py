"""Rows on what the init decides: how well and how soon nets learn, and how deep."""

from collections import defaultdict
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from initbench.claims.adjudicators.depth.arms import (
    ACTIVATIONS,
    AT_ONE_RATE,
    DECISIVE,
    DEPTHS,
    FIXED,
    INITS,
    LEARNED,
    MATCHED,
    POOR,
    TUNED,
    matched,
    net,
    share_learned,
    steps_to_learn,
)
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, final, reached, select
from initbench.statistics import (
    GAIN,
    SHARE,
    Estimate,
    exact,
    proportion,
    undefined,
    with_intervals,
)
from initbench.statistics.estimate import FloatArray, Interval
from initbench.statistics.intervals import RESAMPLES, RESAMPLING_SEED, ROUNDING
from initbench.tables.read import Tables

FEWEST_SEEDS = 3
ON_PURPOSE = ("normal_0.01", "normal_1")  # inits that are poor on purpose
DEEPEST = 60
MEASURES = {"accuracy": final, "steps": steps_to_learn}


@adjudicates("B02")
def explained_by_init(tables: Tables) -> Measured:
    """Return the share of variance between inits in two measures, and the spread within inits.

    `fair` leaves out the inits that are poor on purpose.
    """
    found: dict[str, dict[str, Estimate]] = defaultdict(dict)
    for activation, depth in product(DECISIVE, DEPTHS):
        key = f"{activation}_d{depth}"
        for name, measure in MEASURES.items():
            runs = {init: measure(tables, net(activation, depth, init)) for init in INITS}
            fair = {init: values for init, values in runs.items() if init not in ON_PURPOSE}
            found[name][key] = share_between(table_of(runs))
            found[f"fair_{name}"][key] = share_between(table_of(fair))
        ends = {init: final(tables, net(activation, depth, init)) for init in INITS}
        found["spread"][key] = _spread_within(table_of(ends))
        fixed = {init: final(tables, net(activation, depth, init, FIXED)) for init in AT_ONE_RATE}
        found["accuracy_fixed_rate"][key] = share_between(table_of(fixed))
    return found


def table_of(runs: "dict[str, pd.Series[Any]]") -> FloatArray:
    """Return the values as inits x seeds, of the seeds that all inits have."""
    values: FloatArray = pd.concat(runs, axis=1, join="inner").to_numpy(np.float64).T
    return values


def share_between(table: FloatArray) -> Estimate:
    """Return the share η² of the variance of `table`, inits x seeds, that lies between inits.

    The sum of squares of the inits in the two-way layout init x seed over the total one; 0 where
    nothing varies. The interval is a BCa bootstrap (Efron 1987) over seeds; undefined for fewer
    than three seeds; where no init has any spread over them nothing is known of its limits.
    """
    seeds = table.shape[1]
    if seeds < FEWEST_SEEDS:
        return undefined(seeds)
    value = float(eta_squared(*table))
    if np.ptp(table, axis=1).max() <= ROUNDING * np.abs(table).max():
        return with_intervals(value, lambda _: SHARE, seeds, "constant sample", "")
    return with_intervals(value, _bootstrap(table), seeds, "BCa bootstrap", "")


def _bootstrap(table: FloatArray) -> Interval:
    stream = np.random.default_rng(RESAMPLING_SEED)
    setting: dict[str, Any] = {"paired": True, "vectorized": True, "method": "BCa"}
    draw = partial(stats.bootstrap, tuple(table), eta_squared, **setting)
    resamples = draw(n_resamples=RESAMPLES, batch=1000, rng=stream)

    def interval(level: float) -> tuple[float, float]:
        found = draw(n_resamples=0, bootstrap_result=resamples, confidence_level=level)
        return found.confidence_interval.low, found.confidence_interval.high

    return interval


def eta_squared(*samples: FloatArray, axis: int = -1) -> FloatArray:
    """Return η² of samples, one an init, whose seeds lie on `axis`; 0 up to rounding is 0."""
    table = np.stack(samples)
    axis = axis % samples[0].ndim + 1
    centre = table.mean(axis=(0, axis), keepdims=True)
    between = ((table.mean(axis, keepdims=True) - centre) ** 2).mean(axis=(0, axis))
    total = ((table - centre) ** 2).mean(axis=(0, axis))
    varies = total > (ROUNDING * np.abs(table).max()) ** 2
    share: FloatArray = np.divide(between, total, out=np.zeros_like(total), where=varies)
    return share


def _spread_within(table: FloatArray) -> Estimate:
    """Return the root mean variance over seeds within an init, of `table` inits x seeds."""
    seeds = table.shape[1]
    return exact(float(np.sqrt(table.var(axis=1, ddof=min(1, seeds - 1)).mean())), n=seeds)


@adjudicates("B03")
def slow_learning(tables: Tables) -> Measured:
    """Return how far poor inits are behind the matched one at depth 10, at equal steps.

    Beside it how often both ever reach 80 %.
    """
    found: dict[str, dict[str, Estimate]] = defaultdict(dict)
    for activation, (name, init) in product(ACTIVATIONS, POOR.items()):
        key = f"{activation}_{name}"
        arms = net(activation, 10, init), matched(activation, 10)
        if activation not in DECISIVE:
            found["behind_others"][key] = _behind(tables, *arms)
            continue
        found["behind"][key] = _behind(tables, *arms)
        fixed = net(activation, 10, init, FIXED), matched(activation, 10, FIXED)
        found["behind_fixed_rate"][key] = _behind(tables, *fixed)
        found["reached"][key] = _ever_learned(tables, arms[0])
        found["reached_matched"][activation] = _ever_learned(tables, arms[1])
    return found


def _behind(tables: Tables, arm: Arm, leader: Arm) -> Estimate:
    """Return the paired difference in accuracy averaged over the updates, `leader` minus `arm`."""
    ahead, behind = (accuracy_over_training(tables, each) for each in (leader, arm))
    return difference(ahead, behind, bounds=GAIN)


def accuracy_over_training(tables: Tables, arm: Arm) -> "pd.Series[float]":
    """Return the test accuracy of each run averaged over its updates, by seed.

    Linear between evaluations.
    """
    rows = select(tables.curves(arm.experiment), arm)
    rows = rows[rows["split"] == "test"]
    wide = rows.pivot(index="seed", columns="step", values="accuracy").astype(float)
    steps = wide.columns.to_numpy(float)
    areas = np.trapezoid(wide.to_numpy(), steps, axis=1) / np.ptp(steps)
    return pd.Series(areas, index=wide.index)


def _ever_learned(tables: Tables, arm: Arm) -> Estimate:
    rows = select(tables.curves(arm.experiment), arm)
    rows = rows[rows["split"] == "test"]
    highest = rows.groupby("seed")["accuracy"].max()
    return proportion(reached(highest, LEARNED).to_numpy(bool))


@adjudicates("B87")
def depth_needs_special_init(tables: Tables) -> Measured:
    """Return how often nets learn by depth, from default weights and from the matched init.

    Biases are zero; PyTorch's own default, with random biases, stands beside them.
    """
    inits = {"default": ("default_zero_bias", TUNED), "random_bias": ("default", "mlp_default")}
    found: dict[str, dict[str, Estimate]] = {"default": {}, "matched": {}, "random_bias": {}}
    for activation, depth in product(DECISIVE, (*DEPTHS, DEEPEST)):
        arms = inits | {"matched": (MATCHED[activation], TUNED)}
        for name, (init, experiment) in arms.items():
            shown = "mlp_sixty" if depth == DEEPEST else experiment
            arm = net(activation, depth, init, shown)
            found[name][f"{activation}_d{depth}"] = share_learned(tables, arm)
    return found
