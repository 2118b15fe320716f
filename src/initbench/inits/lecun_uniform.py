"""LeCun init, uniform."""

import math

import torch
from torch import nn

from initbench.inits._common import fans, fill_biases, uniform_law, weight_layers
from initbench.inits._gains import gain_value
from initbench.inits._method import Method, Streams
from initbench.values import Bias, Gain

METHOD = Method(
    name="lecun_uniform",
    title="LeCun, uniform",
    formula="W ~ U(−a, +a), a = gain · √(3/n_in), so Var W = gain²/n_in",
    source="LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, section 4.6, Eq. 16",
    applies_to="linear and convolution layers",
    note="Keeps the variance of a linear layer's output at gain² times that of its input: three "
    "times the variance of PyTorch's default. Biases are zero unless bias is 'default'.",
    use="SELU nets and linear layers; with ReLU each layer halves the signal's mean square.",
    paper={
        "author": "LeCun, Yann and Bottou, Léon and Orr, Genevieve B. and Müller, Klaus-Robert",
        "title": "Efficient BackProp",
        "booktitle": "Neural Networks: Tricks of the Trade",
        "publisher": "Springer",
        "year": "1998",
    },
    law=lambda layer, parameters: uniform_law(
        gain_value(parameters["gain"]) * math.sqrt(3 / fans(layer)[0])
    ),
)


@torch.no_grad()
def initialize(
    model: nn.Module, streams: Streams, *, gain: Gain = 1.0, bias: Bias = "zero"
) -> None:
    """Draw weights from U(±gain·√(3/fan_in)); biases are zero or PyTorch's random default."""
    factor = gain_value(gain, model)
    for name, layer in weight_layers(model):
        # In an order of its own, whose bits variance_scaling does not have.
        bound = factor * math.sqrt(3 / fans(layer)[0])
        nn.init.uniform_(layer.weight, -bound, bound, generator=streams.weight(name))
    fill_biases(model, streams, bias)
