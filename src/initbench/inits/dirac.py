"""Convolutions that copy their input, linear layers that are the identity."""

import torch
from torch import nn

from initbench.inits._common import centre, fill_biases, weight_layers
from initbench.inits._gains import gain_value
from initbench.inits._method import Method, Streams
from initbench.values import Gain

METHOD = Method(
    name="dirac",
    title="Dirac",
    formula="W_ij at the centre of the kernel = gain · δ_ij, elsewhere 0; for a linear layer "
    "W = gain · I; b = 0",
    source="Zagoruyko and Komodakis (2017), DiracNets, arXiv:1706.00388; torch.nn.init.dirac_",
    applies_to="linear and convolution layers, each group by itself",
    note="Each channel starts as a copy of the one before it, and the border of an image is kept "
    "as the rest. Where a layer has more outputs than inputs, the outputs beyond start with zero "
    "weights. Biases are zero.",
    use="Convolutional nets that should start as copies of their input; the plain layers between "
    "need another source of difference between units.",
    paper={
        "author": "Zagoruyko, Sergey and Komodakis, Nikos",
        "title": "DiracNets: Training very deep neural networks without skip-connections",
        "year": "2017",
        "eprint": "1706.00388",
    },
    deterministic=True,
)


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams, *, gain: Gain = 1.0) -> None:
    """Set each kernel (out, in, ...) to gain times the identity at its centre; zero biases."""
    factor = gain_value(gain, model)
    for _, layer in weight_layers(model):
        layer.weight.zero_()
        maps = centre(layer)
        maps.copy_(factor * torch.eye(*maps.shape[1:], dtype=maps.dtype))
    fill_biases(model, streams, "zero")
