"""Gaussian weights of one standard deviation, whatever the shape of the layer."""

import torch
from torch import nn

from initbench.inits._common import fill_biases, normal_law, weight_layers
from initbench.inits._method import Method, Streams
from initbench.values import Bias, Positive

METHOD = Method(
    name="normal",
    title="Normal of fixed width",
    formula="W ~ N(0, std²)",
    source="Krizhevsky, Sutskever and Hinton (2012), ImageNet classification with deep "
    "convolutional neural networks, section 5 (std 0.01)",
    applies_to="linear and convolution layers",
    note="The width does not follow the size of the layer, so it suits one depth and width only. "
    "Biases are zero unless bias is 'default'.",
    use="Only where a paper gives the width for its very net; at another depth or width the same "
    "number can be far off.",
    paper={
        "author": "Krizhevsky, Alex and Sutskever, Ilya and Hinton, Geoffrey E.",
        "title": "ImageNet classification with deep convolutional neural networks",
        "booktitle": "Advances in Neural Information Processing Systems",
        "year": "2012",
    },
    example={"std": 0.01},
    law=lambda layer, parameters: normal_law(parameters["std"]),
)


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams, *, std: Positive, bias: Bias = "zero") -> None:
    """Draw all weights from N(0, std²); biases are zero or PyTorch's random default."""
    for name, layer in weight_layers(model):
        nn.init.normal_(layer.weight, std=std, generator=streams.weight(name))
    fill_biases(model, streams, bias)
