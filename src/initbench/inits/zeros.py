"""All weights zero: the known failure."""

import torch
from torch import nn

from initbench.inits._common import fill_biases, weight_layers
from initbench.inits._method import Method, Streams
from initbench.values import Bias

METHOD = Method(
    name="zeros",
    title="All zeros",
    formula="W = 0",
    source="Goodfellow, Bengio and Courville (2016), Deep Learning, section 8.4, on the need to "
    "break symmetry",
    applies_to="linear and convolution layers",
    note="All units of a layer start equal and get equal gradients, mostly zero. Biases are zero, "
    "too, unless bias is 'default'.",
    use="Never for all layers: it is the known failure that every experiment can be checked "
    "against.",
    paper={
        "author": "Goodfellow, Ian and Bengio, Yoshua and Courville, Aaron",
        "title": "Deep Learning",
        "publisher": "MIT Press",
        "year": "2016",
    },
    deterministic=True,
)


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams, *, bias: Bias = "zero") -> None:
    """Set all weights to zero, and the biases to zero or to PyTorch's random default."""
    for _, layer in weight_layers(model):
        nn.init.zeros_(layer.weight)
    fill_biases(model, streams, bias)
