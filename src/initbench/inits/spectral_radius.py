"""Gaussian weights divided by their spectral radius."""

import math

import torch
from torch import nn

from initbench.inits._common import WeightLayer, fans, fill_biases, normal_law, weight_layers
from initbench.inits._method import Distribution, Method, Parameters, Streams
from initbench.values import Bias


def rectangular_law(layer: WeightLayer, parameters: Parameters) -> Distribution | None:
    """Return N(0, 1/n_in) for a weight without eigenvalues, and None for a square matrix."""
    return None if _is_square(layer) else normal_law(1 / math.sqrt(fans(layer)[0]))


METHOD = Method(
    name="spectral_radius",
    title="Divided by the spectral radius",
    formula="W = G/ρ(G) for a square G with entries N(0, 1), ρ the largest modulus of its "
    "eigenvalues; W ~ N(0, 1/n_in) where W is not square",
    source="Golub and Van Loan (1983), Matrix Computations, on power iteration; ρ(G) tends to √n: "
    "Geman (1986), The spectral radius of large random matrices, Annals of Probability 14",
    applies_to="linear layers; a convolution kernel counts as not square",
    note="Makes repeated multiplication by one and the same matrix neither grow nor fade. A "
    "layer that is not square has no eigenvalues and gets the law to which the square ones tend "
    "for large n. Biases are zero unless bias is 'default'.",
    use="Recurrent weights, where one matrix is applied over and over; in a net whose layers "
    "differ it bounds nothing.",
    paper={
        "author": "Geman, Stuart",
        "title": "The spectral radius of large random matrices",
        "journal": "The Annals of Probability",
        "volume": "14",
        "year": "1986",
    },
    law=rectangular_law,
)


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams, *, bias: Bias = "zero") -> None:
    """Draw weights from N(0, 1), and divide each by its spectral radius or by √fan_in."""
    for name, layer in weight_layers(model):
        nn.init.normal_(layer.weight, generator=streams.weight(name))
        layer.weight.div_(_radius(layer))
    fill_biases(model, streams, bias)


def _is_square(layer: WeightLayer) -> bool:
    """Return whether the weight is a square matrix, which has eigenvalues."""
    return layer.weight.dim() == 2 and layer.weight.shape[0] == layer.weight.shape[1]


def _radius(layer: WeightLayer) -> float:
    if _is_square(layer):
        return float(torch.linalg.eigvals(layer.weight.double()).abs().max())
    return math.sqrt(fans(layer)[0])
