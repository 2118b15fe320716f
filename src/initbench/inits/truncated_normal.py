"""Gaussian weights without tails, in the two readings that are in use."""

from typing import Literal

import torch
from torch import nn

from initbench.inits._common import fill_biases, weight_layers
from initbench.inits._method import Distribution, Method, Parameters, Streams
from initbench.values import Bias, Positive

CUT = 2.0
STD_AFTER_CUT = 0.8796256610342398  # of N(0, 1) without what lies beyond ±2


def truncated_law(parameters: Parameters) -> Distribution:
    """Return the law of an entry: a Gaussian cut at two of its deviations, or at ±2."""
    from scipy import stats

    std, bound = _width_and_bound(parameters["std"], parameters["cut"])
    law: Distribution = stats.truncnorm(-bound / std, bound / std, scale=std)
    return law


METHOD = Method(
    name="truncated_normal",
    title="Truncated normal",
    formula="W ~ N(0, s²) given |W| ≤ 2s, s = std/0.8796, so Var W = std²; with cut 'absolute' "
    "N(0, std²) given |W| ≤ 2",
    source="Devlin, Chang, Lee and Toutanova (2019), BERT, arXiv:1810.04805 (std 0.02); rescaled "
    "as in variance_scaling of TensorFlow and JAX; the absolute cut is that of "
    "torch.nn.init.trunc_normal_",
    applies_to="linear and convolution layers",
    note="Cut at two standard deviations and rescaled, so that std is that of the weights. With "
    "cut 'absolute' the bounds are the numbers −2 and 2, as torch's function has them by default: "
    "at std 0.02 that cuts nothing. Biases are zero unless bias is 'default'.",
    use="Transformers, with the small width of their papers; elsewhere with a width that follows "
    "the fan.",
    paper={
        "author": "Devlin, Jacob and Chang, Ming-Wei and Lee, Kenton and Toutanova, Kristina",
        "title": "BERT: Pre-training of deep bidirectional transformers for language understanding",
        "booktitle": "Conference of the North American Chapter of the Association for "
        "Computational Linguistics",
        "year": "2019",
        "eprint": "1810.04805",
    },
    law=lambda layer, parameters: truncated_law(parameters),
)


@torch.no_grad()
def initialize(
    model: nn.Module,
    streams: Streams,
    *,
    std: Positive = 0.02,
    cut: Literal["relative", "absolute"] = "relative",
    bias: Bias = "zero",
) -> None:
    """Draw weights from a Gaussian cut at two of its deviations, or at ±2; biases as `bias` says.

    With the relative cut, `std` is the standard deviation of the weights themselves.
    """
    width, bound = _width_and_bound(std, cut)
    for name, layer in weight_layers(model):
        generator = streams.weight(name)
        nn.init.trunc_normal_(layer.weight, 0, width, -bound, bound, generator=generator)
    fill_biases(model, streams, bias)


def _width_and_bound(std: float, cut: str) -> tuple[float, float]:
    """Return the standard deviation of the Gaussian before the cut, and where it is cut."""
    if cut == "absolute":
        return std, CUT
    return std / STD_AFTER_CUT, CUT * std / STD_AFTER_CUT
