"""Rows of document B about signals and gradients that fade or blow up over depth."""

import math

from initbench.claims.adjudicators.kit.extremes import highest_lower, highest_upper, named
from initbench.claims.adjudicators.kit.probes import (
    UNIT,
    Net,
    backward,
    by_layer,
    forward,
    log_slopes,
    ratios,
)
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import difference
from initbench.statistics import Estimate, mean, median
from initbench.tables.read import Tables

ACTIVATIONS = {"linear": "identity", "tanh": "tanh", "sigmoid": "sigmoid", "relu": "relu"}
UNMATCHED = ("normal_0.01", "normal_1", "default")
# The document's own recommendations; for linear layers it recommends both Xavier and He.
MATCHED = {
    "linear": ("xavier_normal", UNMATCHED),
    "tanh": ("xavier_normal", (*UNMATCHED, "he_normal")),
    "sigmoid": ("xavier_normal", (*UNMATCHED, "he_normal")),
    "relu": ("he_normal", (*UNMATCHED, "xavier_normal")),
}
# Widths of layers 1 and 50: a norm is the rms over units times the square root of their number.
SHAPES = {"square": (16, 16), "growing": (17, 64), "shrinking": (63, 16)}


def gradient_gap(tables: Tables, activation: str, matched: str, other: str) -> Estimate:
    """Return the size of `matched`'s gradient slope minus that of `other`, paired by draw."""
    slopes = (backward(tables, Net(init, activation)).abs() for init in (matched, other))
    return named(difference(*slopes), other)


@adjudicates("B05")
def matched_inits(tables: Tables) -> Measured:
    """Return, for each activation, how the recommended init compares with the others.

    `gap` is against the init that comes off best by the upper end of its interval, `gap_to_rival`
    by the lower end; `slope` is that of the recommended init.
    """
    gap, gap_to_rival, slope = {}, {}, {}
    for name, activation in ACTIVATIONS.items():
        matched, others = MATCHED[name]
        gaps = [gradient_gap(tables, activation, matched, other) for other in others]
        gap[name], gap_to_rival[name] = highest_upper(gaps), highest_lower(gaps)
        slope[name] = mean(backward(tables, Net(matched, activation)), unit=UNIT)
    return {"gap": gap, "gap_to_rival": gap_to_rival, "slope": slope}


@adjudicates("B07")
def too_small(tables: Tables) -> Measured:
    """Return the slopes forward and backward under N(0, 0.01²), and of ReLU's weight gradients."""
    net = Net("normal_0.01", "relu", "signal_w100", 100)
    weights = log_slopes(by_layer(tables, net, "weight_gradient_norm"))
    both = _both_directions(tables, "normal_0.01")
    return {**both, "weights_relu": mean(-weights, unit=UNIT)}


@adjudicates("B08")
def too_large(tables: Tables) -> Measured:
    """Return the slopes forward and backward under N(0, 1)."""
    return _both_directions(tables, "normal_1")


def _both_directions(tables: Tables, init: str) -> Measured:
    nets = {name: Net(init, phi, "signal_w100", 100) for name, phi in ACTIVATIONS.items()}
    return {
        direction: {name: mean(slopes(tables, net), unit=UNIT) for name, net in nets.items()}
        for direction, slopes in {"forward": forward, "backward": backward}.items()
    }


@adjudicates("B29")
def xavier_gradients(tables: Tables) -> dict[str, Estimate]:
    """Return how Xavier's gradient slope compares with those of small and of large weights."""
    inits = {"xavier": "xavier_normal", "small": "normal_0.01", "large": "normal_1"}
    slopes = {name: backward(tables, Net(init, "tanh")) for name, init in inits.items()}
    return {
        "small": gradient_gap(tables, "tanh", "xavier_normal", "normal_0.01"),
        "large": gradient_gap(tables, "tanh", "xavier_normal", "normal_1"),
    } | {f"slope_{name}": mean(found, unit=UNIT) for name, found in slopes.items()}


@adjudicates("B39")
def orthogonal_gradients(tables: Tables) -> Measured:
    """Return what the first layer keeps of the last layer's gradient norm, by net and shape."""
    nets = {"linear": "identity", "tanh": "tanh", "relu": "relu"}
    kept = {
        f"{name}_{shape}": norm_kept(tables, "orthogonal", activation, shape)
        for name, activation in nets.items()
        for shape in SHAPES
    }
    gained = norm_kept(tables, "orthogonal_gained", "relu", "square")
    return {"kept": kept, "relu_square_gained": gained}


def norm_kept(tables: Tables, init: str, activation: str, shape: str) -> Estimate:
    """Return the median over draws of the gradient's norm in layer 1 over that in layer 50."""
    net = Net(init, activation, "signal_shapes", 16, shape)
    rms = by_layer(tables, net, "state_gradient_rms")
    first, last = SHAPES[shape]
    return median(math.sqrt(first / last) * ratios(rms, at=1, over=50))
