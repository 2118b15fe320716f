"""He (Kaiming) init, normal."""

import math

import torch
from torch import nn

from initbench.inits.common import fans, fill_biases, normal_law, weight_layers
from initbench.inits.method import Method, Streams
from initbench.values import Bias

METHOD = Method(
    name="he_normal",
    title="He (Kaiming), normal",
    formula="W ~ N(0, 2/n_in)",
    source="He, Zhang, Ren and Sun (2015), Delving deep into rectifiers, ICCV, Eq. 10, "
    "arXiv:1502.01852",
    applies_to="linear and convolution layers",
    note="The variance that ReLU layers need to pass the signal on at full size. Biases are zero "
    "unless bias is 'default'.",
    law=lambda weight, parameters: normal_law(math.sqrt(2 / fans(weight)[0])),
)


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams, *, bias: Bias = "zero") -> None:
    """Draw weights from N(0, 2/fan_in); biases are zero or PyTorch's random default."""
    for name, layer in weight_layers(model):
        generator = streams.weight(name)
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=generator)
    fill_biases(model, streams, bias)
