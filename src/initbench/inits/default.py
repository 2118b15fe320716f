"""The init that PyTorch gives to linear and convolution layers."""

import math

import torch
from torch import nn

from initbench.inits._common import fans, uniform_law
from initbench.inits._method import Method, Streams
from initbench.inits._variance_scaling import variance_scaling
from initbench.values import Bias

METHOD = Method(
    name="default",
    title="PyTorch's default",
    formula="W, b ~ U(−1/√n_in, +1/√n_in), so Var W = 1/(3 n_in)",
    source="Glorot and Bengio (2010), AISTATS, Eq. 1; torch.nn.Linear.reset_parameters, where it "
    "is written kaiming_uniform_(a=√5), see PyTorch issue 57109",
    applies_to="linear and convolution layers",
    note="The heuristic from which Glorot and Bengio set out. Its variance is a third of 1/n_in, "
    "so signals shrink with depth. Biases are random unless bias is 'zero'.",
    use="Shallow nets, or nets with normalization; deep plain nets need another init.",
    paper={
        "author": "Glorot, Xavier and Bengio, Yoshua",
        "title": "Understanding the difficulty of training deep feedforward neural networks",
        "booktitle": "International Conference on Artificial Intelligence and Statistics",
        "year": "2010",
    },
    law=lambda layer, parameters: uniform_law(1 / math.sqrt(fans(layer)[0])),
)


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams, *, bias: Bias = "default") -> None:
    """Draw weights and, by default, biases from U(±1/√fan_in), as `nn.Linear` does."""
    gain = nn.init.calculate_gain("leaky_relu", math.sqrt(5))  # as torch's kaiming_uniform_(a=√5)
    variance_scaling(model, streams, "uniform", "in", gain, bias)
