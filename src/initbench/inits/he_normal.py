"""He (Kaiming) init, normal."""

import math
from typing import Literal

import torch
from torch import nn

from initbench.inits._common import fans, normal_law
from initbench.inits._gains import gain_value
from initbench.inits._method import Method, Streams
from initbench.inits._variance_scaling import variance_scaling
from initbench.values import Bias, Positive

METHOD = Method(
    name="he_normal",
    title="He (Kaiming), normal",
    formula="W ~ N(0, gain²/n_in), gain² = 2/(1 + a²) for a rectifier of negative slope a, so "
    "2/n_in for ReLU",
    source="He, Zhang, Ren and Sun (2015), Delving deep into rectifiers, ICCV, Eq. 10 and 15, "
    "arXiv:1502.01852",
    applies_to="linear and convolution layers",
    note="The variance that ReLU layers need to pass the signal on at full size. With gain "
    "'activation', that of the model's own activation takes the place of ReLU's. Biases are zero "
    "unless bias is 'default'.",
    use="ReLU and leaky ReLU without normalization, above all in deep nets; for other activations "
    "with gain 'activation'.",
    paper={
        "author": "He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian",
        "title": "Delving deep into rectifiers: Surpassing human-level performance on ImageNet "
        "classification",
        "booktitle": "IEEE International Conference on Computer Vision",
        "year": "2015",
        "eprint": "1502.01852",
    },
    law=lambda layer, parameters: normal_law(
        gain_value(parameters["gain"], negative_slope=parameters["negative_slope"])
        / math.sqrt(fans(layer)[0])
    ),
)


@torch.no_grad()
def initialize(
    model: nn.Module,
    streams: Streams,
    *,
    negative_slope: float = 0.0,
    gain: Positive | Literal["rectifier", "activation"] = "rectifier",
    bias: Bias = "zero",
) -> None:
    """Draw weights from N(0, gain²/fan_in); biases are zero or PyTorch's random default.

    The gain of a "rectifier" is √(2/(1 + negative_slope²)).
    """
    factor = gain_value(gain, model, negative_slope)
    variance_scaling(model, streams, "normal", "in", factor, bias)
