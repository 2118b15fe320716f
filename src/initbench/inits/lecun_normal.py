"""LeCun init, normal."""

import math

import torch
from torch import nn

from initbench.inits._common import fans, normal_law
from initbench.inits._gains import gain_value
from initbench.inits._method import Method, Streams
from initbench.inits._variance_scaling import variance_scaling
from initbench.values import Bias, Gain

METHOD = Method(
    name="lecun_normal",
    title="LeCun, normal",
    formula="W ~ N(0, gain²/n_in)",
    source="LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, section 4.6, Eq. 16",
    applies_to="linear and convolution layers",
    note="Keeps the variance of a linear layer's output at gain² times that of its input. SELU "
    "nets are built for it. Biases are zero unless bias is 'default'.",
    use="SELU nets and linear layers; with ReLU each layer halves the signal's mean square.",
    paper={
        "author": "LeCun, Yann and Bottou, Léon and Orr, Genevieve B. and Müller, Klaus-Robert",
        "title": "Efficient BackProp",
        "booktitle": "Neural Networks: Tricks of the Trade",
        "publisher": "Springer",
        "year": "1998",
    },
    law=lambda layer, parameters: normal_law(
        gain_value(parameters["gain"]) / math.sqrt(fans(layer)[0])
    ),
)


@torch.no_grad()
def initialize(
    model: nn.Module, streams: Streams, *, gain: Gain = 1.0, bias: Bias = "zero"
) -> None:
    """Draw weights from N(0, gain²/fan_in); biases are zero or PyTorch's random default."""
    variance_scaling(model, streams, "normal", "in", gain_value(gain, model), bias)
