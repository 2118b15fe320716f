"""Rows on what the init decides: how well and how soon nets learn, and how deep."""

from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from initbench.claims.adjudicators.depth.arms import (
    ACTIVATIONS,
    AT_ONE_RATE,
    DATASET,
    DECISIVE,
    DEPTHS,
    FIXED,
    INITS,
    MATCHED,
    POOR,
    TUNED,
    as_ratio,
    matched,
    net,
    share_learned,
    slowdown,
    steps_to_learn,
)
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import final
from initbench.statistics import Estimate, exact, undefined, with_intervals
from initbench.statistics.estimate import FloatArray, Interval
from initbench.statistics.intervals import RESAMPLES, RESAMPLING_SEED, ROUNDING
from initbench.statistics.survival import restricted_mean
from initbench.tables.read import Tables

BAND_SEEDS, FEWEST_SEEDS = 2, 3
DEEPEST = 60
MEASURES = {"accuracy": final, "steps": steps_to_learn}


@adjudicates("B02")
def explained_by_init(tables: Tables) -> dict[str, Estimate]:
    """Return the share of variance between inits in two measures, and the spread within inits."""
    found = {}
    for (name, measure), activation, depth in product(MEASURES.items(), DECISIVE, DEPTHS):
        runs = {init: measure(tables, net(activation, depth, init)) for init in INITS}
        found[f"{name}_{activation}_d{depth}"] = share_between(table_of(runs))
    for activation, depth in product(DECISIVE, DEPTHS):
        ends = {init: final(tables, net(activation, depth, init)) for init in INITS}
        found[f"spread_{activation}_d{depth}"] = _spread_within(table_of(ends))
        fixed = {init: final(tables, net(activation, depth, init, FIXED)) for init in AT_ONE_RATE}
        found[f"accuracy_{activation}_d{depth}_fixed_rate"] = share_between(table_of(fixed))
    return found


def table_of(runs: "dict[str, pd.Series[Any]]") -> FloatArray:
    """Return the values as inits x seeds, of the seeds that all inits have."""
    values: FloatArray = pd.concat(runs, axis=1, join="inner").to_numpy(np.float64).T
    return values


def share_between(table: FloatArray) -> Estimate:
    """Return the share η² of the variance of `table`, inits x seeds, that lies between inits.

    The sum of squares of the inits in the two-way layout init x seed over the total one; 0 where
    nothing varies. The interval is a BCa bootstrap (Efron 1987) over seeds; undefined for fewer
    than three seeds, and the value itself where no init has any spread over them.
    """
    seeds = table.shape[1]
    if seeds < FEWEST_SEEDS:
        return undefined(seeds)
    value = float(eta_squared(*table))
    if np.ptp(table, axis=1).max() <= ROUNDING * np.abs(table).max():
        return exact(value, n=seeds)
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
def slow_learning(tables: Tables) -> dict[str, Estimate]:
    """Return how much longer poor inits take to 80 % at depth 10 than the matched one.

    In decades, and as ratios for both recipes; beside it the restricted mean steps.
    """
    found: dict[str, Estimate] = {}
    for activation, (name, init) in product(DECISIVE, POOR.items()):
        slow = slowdown(tables, net(activation, 10, init), matched(activation, 10))
        found[f"{activation}_{name}"] = slow
        found[f"ratio_{activation}_{name}"] = as_ratio(slow)
        arms = net(activation, 10, init, FIXED), matched(activation, 10, FIXED)
        found[f"ratio_{activation}_{name}_fixed_rate"] = as_ratio(slowdown(tables, *arms))
    for activation, (name, init) in product(ACTIVATIONS[len(DECISIVE) :], POOR.items()):
        slow = slowdown(tables, net(activation, 10, init), matched(activation, 10))
        found[f"ratio_{activation}_{name}"] = as_ratio(slow)
    return found | {
        f"steps_{activation}_{name}": _mean_steps(tables, activation, init)
        for activation in DECISIVE
        for name, init in {"matched": MATCHED[activation], **POOR}.items()
    }


def _mean_steps(tables: Tables, activation: str, init: str) -> Estimate:
    steps = steps_to_learn(tables, net(activation, 10, init))
    last = float(tables.curves(TUNED)["step"].max())
    return restricted_mean(steps.to_numpy(float), last, unit="steps")


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


@adjudicates("B91")
def exercise_training_dynamics(tables: Tables) -> dict[str, Estimate]:
    """Return how many arms of the bed have test curves of enough seeds for a band."""
    rows = tables.curves(TUNED)
    rows = rows[(rows["split"] == "test") & (rows["dataset"] == DATASET)]
    seeds = rows.groupby(["architecture", "init"], observed=True)["seed"].nunique()
    drawn = set(seeds.index[seeds >= BAND_SEEDS])
    arms = [net(*names) for names in product(ACTIVATIONS, DEPTHS, INITS)]
    return {"cells": exact(float(sum((arm.architecture, arm.init) in drawn for arm in arms)))}
