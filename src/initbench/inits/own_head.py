"""He init with a head drawn by He or by Xavier."""

from typing import Literal

import torch
from torch import nn

from initbench.inits._common import weight_layers, xavier_std
from initbench.inits._method import Method, Streams
from initbench.inits.he_normal import initialize as initialize_he
from initbench.values import Bias

METHOD = Method(
    name="own_head",
    title="Head by He or Xavier",
    formula="head: W ~ N(0, 2/n_in) or N(0, 2/(n_in + n_out)); elsewhere W ~ N(0, 2/n_in)",
    source="He, Zhang, Ren and Sun (2015), Delving deep into rectifiers, ICCV, section 2.2, on a "
    "factor that is wrong in one layer only, arXiv:1502.01852",
    applies_to="linear and convolution layers; the last one is the head",
    note="The other layers hold the very draws of He's init, so two heads differ in the size of "
    "one weight only. Biases are zero unless bias is 'default'.",
    use="To ask whether the law of a linear output layer matters.",
    paper={
        "author": "He, Kaiming and Zhang, Xiangyu and Ren, Shaoqing and Sun, Jian",
        "title": "Delving deep into rectifiers: Surpassing human-level performance on ImageNet "
        "classification",
        "booktitle": "IEEE International Conference on Computer Vision",
        "year": "2015",
        "eprint": "1502.01852",
    },
    example={"head": "xavier"},
)


@torch.no_grad()
def initialize(
    model: nn.Module, streams: Streams, *, head: Literal["he", "xavier"], bias: Bias = "zero"
) -> None:
    """Draw weights as `he_normal`, those of the last layer as `xavier_normal` if `head` says so."""
    initialize_he(model, streams, bias=bias)
    if head == "xavier":
        name, layer = weight_layers(model)[-1]
        nn.init.normal_(layer.weight, std=xavier_std(layer), generator=streams.weight(name))
