"""Weights with chosen singular values and random singular vectors."""

import torch
from torch import Tensor, nn

from initbench.inits._common import fill_biases, weight_layers
from initbench.inits._method import Method, Streams
from initbench.values import AtLeastOne, Positive

METHOD = Method(
    name="svd",
    title="Chosen singular values",
    formula="W = U · diag(s) · Vᵀ, U and V uniform (Haar), log s evenly spaced, s_max/s_min = κ, "
    "geometric mean of s = scale, b = 0",
    source="Pennington, Schoenholz and Ganguli (2017), Resurrecting the sigmoid in deep learning "
    "through dynamical isometry, arXiv:1711.04735, on the role of the singular values",
    applies_to="linear layers; a convolution kernel is flattened",
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
        matrix = layer.weight.flatten(1)
        rank = min(matrix.shape)
        generator = streams.weight(name)
        left, right = (
            nn.init.orthogonal_(matrix.new_empty(size, rank), generator=generator)
            for size in matrix.shape
        )
        values = scale * _geometric_spread(matrix, rank, condition_number)
        layer.weight.copy_(((left * values) @ right.T).view_as(layer.weight))
    fill_biases(model, streams, "zero")


def _geometric_spread(like: Tensor, rank: int, ratio: float) -> Tensor:
    exponents = torch.linspace(0.5, -0.5, rank, dtype=like.dtype)
    # A single value would start at the upper end; centred, its geometric mean is 1 as well.
    spread: Tensor = ratio ** (exponents - exponents.mean())
    return spread
