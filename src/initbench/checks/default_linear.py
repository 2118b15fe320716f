"""The default of `nn.Linear`, which document B counts as a scheme of its own (B65; B35)."""

import math

import numpy as np

from initbench.checks._draws import SEEDS, SHAPES, furthest, global_stream
from initbench.checks._registry import Measurement, check
from initbench.checks.laws import POOLED, SCHEMES, SHARE_1_PERCENT
from initbench.datasets._source import Points

SIMPLE = (100, 100)  # inputs and outputs of the hidden layers of document B's SimpleNet


def _pool(kind: str, inputs: int, outputs: int) -> Points:
    """Return the "weight" or "bias" entries of fresh `nn.Linear` layers times sqrt(inputs)."""
    from torch import nn

    entries = []
    for seed in SEEDS:
        with global_stream(seed, f"{inputs}x{outputs}"):
            layer = nn.Linear(inputs, outputs)
        entries.append(layer.state_dict()[kind].double().numpy().ravel())
    pooled: Points = np.concatenate(entries) * math.sqrt(inputs)
    return pooled


@check("B65", "b65_variance")
def variance() -> Measurement:
    """Return the variance of untouched weights times 3 inputs, the worst over shapes."""
    ratios = (3 * _pool("weight", *shape).var() for shape in SHAPES)
    return Measurement(furthest(ratios, 1), 1, SHARE_1_PERCENT, f"{POOLED}, the worst shape")


@check("B65", "b65_largest_weight", kind="weight")
@check("B65", "b65_largest_bias", kind="bias")
def largest(kind: str) -> Measurement:
    """Return the largest untouched weight or bias times sqrt(inputs)."""
    top = max(np.abs(_pool(kind, *shape)).max() for shape in SHAPES)
    return Measurement(top, math.nan, math.nan, POOLED)


@check("B65", "b65_variance_over_xavier", scheme="xavier_normal")
@check("B65", "b65_variance_over_he", scheme="he_normal")
def variance_over(scheme: str) -> Measurement:
    """Return the variance of untouched weights over that of a scheme, for 100 to 100 units."""
    ratio = _pool("weight", *SIMPLE).var() / SIMPLE[0] / SCHEMES[scheme].width(*SIMPLE) ** 2
    return Measurement(ratio, math.nan, math.nan, f"{len(SEEDS)} layers from 100 to 100 units")


@check("B35", "b35_default_over_he")
def half_width_over_he() -> Measurement:
    """Return the largest untouched weight over He's half-width, for 100 to 100 units."""
    top = np.abs(_pool("weight", *SIMPLE)).max() / math.sqrt(SIMPLE[0])
    ratio = top / SCHEMES["he_uniform"].width(*SIMPLE)
    return Measurement(ratio, math.nan, math.nan, f"{len(SEEDS)} layers from 100 to 100 units")
