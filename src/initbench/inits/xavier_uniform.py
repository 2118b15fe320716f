"""Xavier (Glorot) init, uniform."""

import math

import torch
from torch import nn

from initbench.inits._common import fans, uniform_law
from initbench.inits._gains import gain_value
from initbench.inits._method import Method, Streams
from initbench.inits._variance_scaling import variance_scaling
from initbench.values import Bias, Gain

METHOD = Method(
    name="xavier_uniform",
    title="Xavier (Glorot), uniform",
    formula="W ~ U(−a, +a), a = gain · √(6/(n_in + n_out)), so Var W = gain² · 2/(n_in + n_out)",
    source="Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward "
    "neural networks, AISTATS, Eq. 16",
    applies_to="linear and convolution layers",
    note="A compromise between keeping the variance of activations forward and of gradients "
    "backward, made for tanh. With shared true, all layers of one shape hold one matrix. Biases "
    "are zero unless bias is 'default'.",
    use="Layers whose activation is linear near zero, such as tanh, at moderate depth; for ReLU "
    "it is too small.",
    paper={
        "author": "Glorot, Xavier and Bengio, Yoshua",
        "title": "Understanding the difficulty of training deep feedforward neural networks",
        "booktitle": "International Conference on Artificial Intelligence and Statistics",
        "year": "2010",
    },
    law=lambda layer, parameters: uniform_law(
        gain_value(parameters["gain"]) * math.sqrt(6 / sum(fans(layer)))
    ),
)


@torch.no_grad()
def initialize(
    model: nn.Module,
    streams: Streams,
    *,
    gain: Gain = 1.0,
    shared: bool = False,
    bias: Bias = "zero",
) -> None:
    """Draw weights from U(±gain·√(6/(fan_in + fan_out))); biases are zero or default.

    With `shared`, the generator starts afresh in each layer: layers of one shape are equal.
    """
    variance_scaling(model, streams, "uniform", "average", gain_value(gain, model), bias, shared)
