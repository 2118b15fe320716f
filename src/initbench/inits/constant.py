"""One value for all weights and, by default, for all biases."""

from typing import Literal

import torch
from torch import nn

from initbench.inits._common import fill_biases, weight_layers
from initbench.inits._method import Method, Streams

METHOD = Method(
    name="constant",
    title="One constant",
    formula="W = c, b = c",
    source="Goodfellow, Bengio and Courville (2016), Deep Learning, section 8.4, on the need to "
    "break symmetry",
    applies_to="linear and convolution layers",
    note="All units of a layer start equal and stay equal. Biases take the same value, unless "
    "bias is 'zero' or 'default'.",
    use="Never in a hidden layer: it is here to show what equal units do.",
    paper={
        "author": "Goodfellow, Ian and Bengio, Yoshua and Courville, Aaron",
        "title": "Deep Learning",
        "publisher": "MIT Press",
        "year": "2016",
    },
    deterministic=True,
    example={"value": 0.1},
)


@torch.no_grad()
def initialize(
    model: nn.Module,
    streams: Streams,
    *,
    value: float,
    bias: Literal["constant", "default", "zero"] = "constant",
) -> None:
    """Set all weights to `value`; the biases too, or to PyTorch's random default, or to zero."""
    for _, layer in weight_layers(model):
        nn.init.constant_(layer.weight, value)
        if bias == "constant" and layer.bias is not None:
            nn.init.constant_(layer.bias, value)
    if bias != "constant":
        fill_biases(model, streams, bias)
