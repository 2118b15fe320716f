"""Weights with chosen singular values and random singular vectors."""

import torch
from torch import Generator, Tensor, nn

from initbench.inits._common import fill_biases, grouped, weight_layers
from initbench.inits._method import Method, Streams
from initbench.values import AtLeastOne, Positive

METHOD = Method(
    name="svd",
    title="Chosen singular values",
    formula="W = U · diag(s) · Vᵀ, U and V uniform (Haar), log s evenly spaced, s_max/s_min = κ, "
    "geometric mean of s = scale, b = 0",
    source="Pennington, Schoenholz and Ganguli (2017), Resurrecting the sigmoid in deep learning "
    "through dynamical isometry, arXiv:1711.04735, on the role of the singular values",
    applies_to="linear layers; a convolution kernel is flattened to outputs × inputs, each group "
    "by itself",
    note="Sets the condition number and the size of a layer apart, which no common init does. At "
    "condition number 1 it is scale times a random orthogonal matrix. Biases are zero.",
    use="Experiments that vary the condition number and the size of a layer one at a time.",
    paper={
        "author": "Pennington, Jeffrey and Schoenholz, Samuel S. and Ganguli, Surya",
        "title": "Resurrecting the sigmoid in deep learning through dynamical isometry: Theory "
        "and practice",
        "booktitle": "Advances in Neural Information Processing Systems",
        "year": "2017",
        "eprint": "1711.04735",
    },
    example={"condition_number": 4.0, "scale": 0.8},
)


@torch.no_grad()
def initialize(
    model: nn.Module, streams: Streams, *, condition_number: AtLeastOne, scale: Positive
) -> None:
    """Set each weight to U·diag(s)·Vᵀ with s from scale·√κ down to scale/√κ; zero biases.

    U (out, r) and V (in, r), r = min(out, in), have Haar-random orthonormal columns. A single row
    or column has the one singular value `scale`.
    """
    for name, layer in weight_layers(model):
        generator = streams.weight(name)
        for one in grouped(layer):
            values = scale * _geometric_spread(one, condition_number)
            one.copy_(_turned(one.flatten(1), values, generator).view(one.shape))
    fill_biases(model, streams, "zero")


def _turned(like: Tensor, values: Tensor, generator: Generator) -> Tensor:
    """Return a matrix of the shape (out, in) of `like` with the singular `values` (r,)."""
    left, right = (
        nn.init.orthogonal_(like.new_empty(size, len(values)), generator=generator)
        for size in like.shape
    )
    return (left * values) @ right.T


def _geometric_spread(like: Tensor, ratio: float) -> Tensor:
    exponents = torch.linspace(0.5, -0.5, min(like.flatten(1).shape), dtype=like.dtype)
    # A single value would start at the upper end; centred, its geometric mean is 1 as well.
    spread: Tensor = ratio ** (exponents - exponents.mean())
    return spread
