"""Xavier (Glorot) init, normal."""

import torch
from torch import nn

from initbench.inits._common import normal_law, xavier_std
from initbench.inits._gains import gain_value
from initbench.inits._method import Method, Streams
from initbench.inits._variance_scaling import variance_scaling
from initbench.values import Bias, Gain

METHOD = Method(
    name="xavier_normal",
    title="Xavier (Glorot), normal",
    formula="W ~ N(0, gain² · 2/(n_in + n_out))",
    source="Glorot and Bengio (2010), Understanding the difficulty of training deep feedforward "
    "neural networks, AISTATS, Eq. 12",
    applies_to="linear and convolution layers",
    note="The variance of Xavier's uniform init with Gaussian draws. Biases are zero unless bias "
    "is 'default'.",
    use="Layers whose activation is linear near zero, such as tanh, at moderate depth; for ReLU "
    "it is too small.",
    paper={
        "author": "Glorot, Xavier and Bengio, Yoshua",
        "title": "Understanding the difficulty of training deep feedforward neural networks",
        "booktitle": "International Conference on Artificial Intelligence and Statistics",
        "year": "2010",
    },
    law=lambda layer, parameters: normal_law(gain_value(parameters["gain"]) * xavier_std(layer)),
)


@torch.no_grad()
def initialize(
    model: nn.Module, streams: Streams, *, gain: Gain = 1.0, bias: Bias = "zero"
) -> None:
    """Draw weights from N(0, gain²·2/(fan_in + fan_out)); biases are zero or default."""
    variance_scaling(model, streams, "normal", "average", gain_value(gain, model), bias)
