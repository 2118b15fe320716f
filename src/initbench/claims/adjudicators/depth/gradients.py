"""Rows on first gradients: vanishing, exploding, from normal or uniform weights."""

from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.depth.arms import (
    ACTIVATIONS,
    DECISIVE,
    DEPTHS,
    gain,
    matched,
    net,
    share_learned,
)
from initbench.claims.adjudicators.kit.extremes import highest_upper, named
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, final, measured
from initbench.statistics import Estimate, exact, median, proportion
from initbench.tables.read import Tables

TINY = {"tiny": ("normal_0.001", "mlp_small"), "small": ("normal_0.01", "mlp_depth")}
WITH_ADAM = {"small": "normal_0.01", "he": "he_normal"}
DEEP = DEPTHS[1:]
VANISHED = 1e-3
FAILS = 0.5
UNDERFLOW = float(np.finfo(np.float32).tiny)
LARGEST = float(np.finfo(np.float32).max)  # what overflows or is NaN counts as this
PAIRS = {"he": ("he_normal", "he"), "xavier": ("xavier_normal", "xavier")}


def first_gradient(tables: Tables, arm: Arm, tensor: str) -> "pd.Series[Any]":
    """Return the norm of the gradient of `tensor` before the first update, by seed."""
    return measured(tables, arm, "gradient_norm", step=0)[tensor]


def backward_ratio(tables: Tables, arm: Arm) -> "pd.Series[Any]":
    """Return the gradient of the first layer's biases over that of the head's, by seed.

    A bias has the gradient of its layer's sums, without the state that scales a weight's.
    """
    first, head = (first_gradient(tables, arm, f"{name}.bias") for name in ("layers.0", "final"))
    return first / head


@adjudicates("B19")
def too_small_weights(tables: Tables) -> dict[str, Estimate]:
    """Return success and how far gradients vanish from two small normal inits, by depth."""
    arms = {
        f"{activation}_{name}_d{depth}": net(activation, depth, *TINY[name])
        for activation, name, depth in product(DECISIVE, TINY, DEPTHS)
    }
    shares = {name: named(share_learned(tables, arm), name) for name, arm in arms.items()}
    ratios = {
        name: named(median(backward_ratio(tables, arm).to_numpy(float), step=UNDERFLOW), name)
        for name, arm in arms.items()
    }
    deep = [name for name in arms if not name.endswith(f"_d{DEPTHS[0]}")]
    pairs = [(shares[name], ratios[name]) for name in deep]
    adam = {
        f"adam_{name}_d{depth}": share_learned(tables, net("relu", depth, init, "mlp_adam"))
        for (name, init), depth in product(WITH_ADAM.items(), DEPTHS)
    }
    return {
        "highest_sr80": highest_upper(shares[name] for name in deep),
        "highest_ratio": highest_upper(ratios[name] for name in deep),
        "meeting": exact(float(sum(s.high < FAILS and r.high < VANISHED for s, r in pairs))),
        "failing": exact(float(sum(s.low > FAILS or r.low > VANISHED for s, r in pairs))),
        **{f"sr80_{name}": share for name, share in shares.items()},
        **{f"ratio_{name}": ratio for name, ratio in ratios.items()},
        **adam,
    }


@adjudicates("B20")
def too_large_weights(tables: Tables) -> Measured:
    """Return the first layer's gradient from N(0, 1) over that from the matched init."""
    ratios = {
        f"{activation}_d{depth}": median(_excess(tables, activation, depth).to_numpy(float))
        for activation, depth in product(ACTIVATIONS, DEPTHS)
    }
    broken = [
        final(tables, net(activation, depth, "normal_1"), "status") == "diverged"
        for activation, depth in product(DECISIVE, DEEP)
    ]
    return {
        "ratio": ratios,
        "diverged": proportion(np.concatenate([runs.to_numpy(bool) for runs in broken])),
    }


def _excess(tables: Tables, activation: str, depth: int) -> "pd.Series[Any]":
    """Return the ratio of both gradients by seed, at most the largest number of float32."""
    arms = net(activation, depth, "normal_1"), matched(activation, depth)
    large, usual = (first_gradient(tables, arm, "layers.0.weight") for arm in arms)
    ratio: pd.Series[Any] = large.where(np.isfinite(large), LARGEST) / usual
    return ratio.clip(upper=LARGEST)


@adjudicates("B31")
def normal_or_uniform(tables: Tables) -> dict[str, Estimate]:
    """Return normal minus uniform at depth 10, in accuracy and in decades of the gradient ratio."""
    found = {}
    for (name, (normal, uniform)), activation in product(PAIRS.items(), DECISIVE):
        trained = net(activation, 10, normal), net(activation, 10, uniform, "mlp_uniform")
        drawn = (net(activation, 10, init, "mlp_uniform_start") for init in (normal, uniform))
        found[f"accuracy_{name}_{activation}"] = gain(tables, *trained)
        found[f"gradient_{name}_{activation}"] = _decades_apart(tables, *drawn)
    return found


def _decades_apart(tables: Tables, first: Arm, second: Arm) -> Estimate:
    return difference(*(np.log10(backward_ratio(tables, arm)) for arm in (first, second)))
