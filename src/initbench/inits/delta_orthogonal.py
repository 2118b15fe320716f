"""Convolutions that are orthogonal at the centre of their kernel and zero around it."""

import torch
from torch import nn

from initbench.inits._common import (
    WeightLayer,
    centre,
    fill_biases,
    fill_haar,
    haar_law,
    weight_layers,
)
from initbench.inits._gains import gain_value
from initbench.inits._method import Distribution, Method, Parameters, Streams
from initbench.values import Bias, Gain


def linear_law(layer: WeightLayer, parameters: Parameters) -> Distribution | None:
    """Return the law of an entry of a linear layer; None for a kernel, whose rim is zero."""
    return haar_law(layer, gain_value(parameters["gain"])) if layer.weight.dim() == 2 else None


METHOD = Method(
    name="delta_orthogonal",
    title="Delta-orthogonal",
    formula="W at the centre of the kernel = gain · Q with QᵀQ = I or QQᵀ = I, Q uniform (Haar); "
    "elsewhere 0; for a linear layer W = gain · Q",
    source="Xiao, Bahri, Sohl-Dickstein, Schoenholz and Pennington (2018), Dynamical isometry and "
    "a mean field theory of CNNs, arXiv:1806.05393, section 3 and Algorithm 2",
    applies_to="linear and convolution layers, each group by itself",
    note="A convolution of stride 1 then keeps the norm of every image, borders included, if it "
    "has at least as many outputs as inputs, as the paper asks. With fewer outputs Q has "
    "orthonormal rows, as a wide linear layer has, and what it drops is lost. Biases are zero "
    "unless bias is 'default'.",
    use="Very deep convolutional nets without normalization or residual branches.",
    paper={
        "author": "Xiao, Lechao and Bahri, Yasaman and Sohl-Dickstein, Jascha and Schoenholz, "
        "Samuel S. and Pennington, Jeffrey",
        "title": "Dynamical isometry and a mean field theory of CNNs: How to train 10,000-layer "
        "vanilla convolutional neural networks",
        "booktitle": "International Conference on Machine Learning",
        "year": "2018",
        "eprint": "1806.05393",
    },
    law=linear_law,
)


@torch.no_grad()
def initialize(
    model: nn.Module, streams: Streams, *, gain: Gain = 1.0, bias: Bias = "zero"
) -> None:
    """Set the centre of each kernel (out, in, ...) to gain times a Haar-random (semi-)orthogonal
    matrix and the rest to zero; linear layers wholly; biases are zero or default.
    """
    factor = gain_value(gain, model)
    for name, layer in weight_layers(model):
        layer.weight.zero_()
        fill_haar(centre(layer), factor, streams.weight(name))
    fill_biases(model, streams, bias)
