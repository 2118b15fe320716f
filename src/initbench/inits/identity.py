"""The identity matrix times a gain."""

import torch
from torch import nn

from initbench.errors import InitbenchError
from initbench.inits._common import fill_biases, weight_layers
from initbench.inits._gains import gain_value
from initbench.inits._method import Method, Streams
from initbench.values import Gain

METHOD = Method(
    name="identity",
    title="Identity",
    formula="W = gain · I, b = 0",
    source="Le, Jaitly and Hinton (2015), A simple way to initialize recurrent networks of "
    "rectified linear units, arXiv:1504.00941",
    applies_to="linear layers",
    note="Each square layer starts as a copy of its input. Where a layer has more outputs than "
    "inputs, the outputs beyond start with zero weights. Biases are zero.",
    use="Recurrent weights of ReLU units, or layers that should start as copies of their input.",
    paper={
        "author": "Le, Quoc V. and Jaitly, Navdeep and Hinton, Geoffrey E.",
        "title": "A simple way to initialize recurrent networks of rectified linear units",
        "year": "2015",
        "eprint": "1504.00941",
    },
    deterministic=True,
)


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams, *, gain: Gain = 1.0) -> None:
    """Set each weight (out, in) to gain on its main diagonal and to zero elsewhere; zero biases.

    Raises InitbenchError for a weight that is no matrix.
    """
    factor = gain_value(gain, model)
    for name, layer in weight_layers(model):
        if layer.weight.dim() > 2:
            raise InitbenchError(
                f"The identity init fills matrices, but '{name}' is a convolution; use the method "
                "dirac, which is the identity at the centre of a kernel."
            )
        nn.init.eye_(layer.weight).mul_(factor)
    fill_biases(model, streams, "zero")
