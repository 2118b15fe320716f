"""Rows on advice by activation: He, Xavier, orthogonal, LSUV, and zero biases."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

from initbench.claims.adjudicators.depth.arms import (
    DECISIVE,
    DEPTHS,
    FIXED,
    POOR,
    TUNED,
    as_ratio,
    gain,
    gain_over_best,
    matched,
    net,
    share_learned,
    slowdown,
    steps_to_learn,
)
from initbench.claims.adjudicators.kit.extremes import named
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import Arm
from initbench.statistics import Estimate
from initbench.tables.read import Tables

DEEPEST = DEPTHS[-1]
AGAINST_HE = {"xavier": "xavier_normal", **POOR}
AGAINST_XAVIER = {"he": "he_normal", "default": "default_zero_bias"}
SIGMOID_RIVALS = {"gain_4": "xavier_gain_4", "lsuv": "lsuv", "he": "he_normal"}
SIGMOID_DEPTHS = (2, 5, 10)


@adjudicates("B41")
def orthogonal_in_deep_nets(tables: Tables) -> dict[str, Estimate]:
    """Return what orthogonal weights with gain add at depth 30 in accuracy and in speed."""
    found: dict[str, Estimate] = {}
    for activation in DECISIVE:
        arms = net(activation, DEEPEST, "orthogonal_gained"), matched(activation, DEEPEST)
        slow = slowdown(tables, *arms)
        found |= {
            activation: gain(tables, *arms),
            f"{activation}_speed": slow,
            f"{activation}_ratio": as_ratio(slow),
            f"sr80_{activation}": share_learned(tables, arms[0]),
            f"sr80_{activation}_matched": share_learned(tables, arms[1]),
        }
    return found


@adjudicates("B44")
def lsuv_in_deep_nets(tables: Tables) -> Measured:
    """Return what LSUV gains over the matched init at depth 30, and how often nets learn."""
    found: dict[str, Mapping[str, Estimate]] = {}
    for suffix, experiment, activations in (
        ("", TUNED, (*DECISIVE, "sigmoid")),
        ("_fixed_rate", FIXED, DECISIVE),
    ):
        lsuv = {phi: net(phi, DEEPEST, "lsuv", experiment) for phi in activations}
        usual = {phi: matched(phi, DEEPEST, experiment) for phi in activations}
        found[f"gain{suffix}"] = {phi: gain(tables, lsuv[phi], usual[phi]) for phi in lsuv}
        for name, arms in {"sr80": lsuv, "sr80_matched": usual}.items():
            shares = {phi: share_learned(tables, arm) for phi, arm in arms.items()}
            found[f"{name}{suffix}"] = shares
    return found


@adjudicates("B55")
def zero_biases(tables: Tables) -> dict[str, Estimate]:
    """Return what zero biases gain over PyTorch's random ones, with matched and default weights."""
    found = {
        f"{activation}_d{depth}": gain(
            tables,
            matched(activation, depth),
            net(activation, depth, f"{matched(activation, depth).init}_random_bias", "mlp_default"),
        )
        for activation, depth in product(DECISIVE, DEPTHS)
    }
    return found | {
        f"default_{activation}_d{depth}": gain(
            tables,
            net(activation, depth, "default_zero_bias"),
            net(activation, depth, "default", "mlp_default"),
        )
        for activation, depth in product(DECISIVE, DEPTHS)
    }


@adjudicates("B73")
def he_for_relu(tables: Tables) -> Measured:
    """Return what He gains in ReLU nets over the best of four inits, by depth, and over each."""

    def over_best(depth: int, experiment: str = TUNED) -> Estimate:
        rivals = [net("relu", depth, init, experiment) for init in AGAINST_HE.values()]
        return gain_over_best(tables, matched("relu", depth, experiment), rivals)

    he, rivals = (
        matched("relu", DEEPEST),
        {name: net("relu", DEEPEST, init) for name, init in AGAINST_HE.items()},
    )
    slow = _slowdown_to_fastest(tables, he, rivals)
    return {
        "gain": {f"d{depth}": over_best(depth) for depth in DEPTHS},
        "speed": slow,
        "ratio": as_ratio(slow),
        "over": {name: gain(tables, he, rival) for name, rival in rivals.items()},
        "gain_fixed_rate": {f"d{depth}": over_best(depth, FIXED) for depth in DEPTHS},
    }


def _slowdown_to_fastest(tables: Tables, arm: Arm, rivals: dict[str, Arm]) -> Estimate:
    """Return log10 of the ratio of steps over the rival with the fewest steps by mean."""
    steps = {name: float(steps_to_learn(tables, rival).mean()) for name, rival in rivals.items()}
    fastest = rivals[min(steps, key=lambda name: steps[name])]
    highest = replace(slowdown(tables, arm, fastest), picked=len(rivals))
    return named(highest, f"against {fastest.init}")


@adjudicates("B75")
def xavier_for_tanh(tables: Tables) -> dict[str, Estimate]:
    """Return what Xavier gains in deep tanh nets over the best of five inits, and over each."""
    found: dict[str, Estimate] = {}
    for depth in DEPTHS[1:]:
        rivals = {name: net("tanh", depth, init) for name, init in AGAINST_XAVIER.items()}
        rivals |= {
            "orthogonal": net("tanh", depth, "orthogonal", "mlp_tanh_gain"),
            "orthogonal_gained": net("tanh", depth, "orthogonal_gained"),
            "xavier_gained": net("tanh", depth, "xavier_gained", "mlp_tanh_gain"),
        }
        xavier = matched("tanh", depth)
        found[f"d{depth}"] = gain_over_best(tables, xavier, rivals.values())
        for name, rival in rivals.items():
            found[f"d{depth}_over_{name}"] = gain(tables, xavier, rival)
        at_one_rate = [net("tanh", depth, init, FIXED) for init in AGAINST_XAVIER.values()]
        found[f"d{depth}_fixed_rate"] = gain_over_best(
            tables, matched("tanh", depth, FIXED), at_one_rate
        )
    return found


@adjudicates("B76")
def xavier_for_sigmoid(tables: Tables) -> Measured:
    """Return what Xavier gains in sigmoid nets over the best of three inits, and who learns."""
    gains: dict[str, Estimate] = {}
    shares: dict[str, Estimate] = {}
    for depth in SIGMOID_DEPTHS:
        inits = {"xavier": "xavier_normal", **SIGMOID_RIVALS}
        arms = {name: _sigmoid(depth, init) for name, init in inits.items()}
        shares |= {f"{name}_d{depth}": share_learned(tables, arm) for name, arm in arms.items()}
        xavier = arms.pop("xavier")
        gains[f"d{depth}"] = gain_over_best(tables, xavier, arms.values())
    return {"gain": gains, "sr80": shares}


def _sigmoid(depth: int, init: str) -> Arm:
    """Return the arm of a sigmoid net; of depth 10, `mlp_depth` has all inits but gain 4."""
    elsewhere = depth in DEPTHS and init != SIGMOID_RIVALS["gain_4"]
    return net("sigmoid", depth, init, TUNED if elsewhere else "mlp_sigmoid")
