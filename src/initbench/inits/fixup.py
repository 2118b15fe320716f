"""Fixup for residual branches of two layers, without the scalars that it adds to the network."""

import math

import torch
from torch import nn

from initbench.inits._branches import branches
from initbench.inits._common import weight_layers
from initbench.inits._method import Method, Streams
from initbench.inits.zero_last import initialize as initialize_zero_last

METHOD = Method(
    name="fixup",
    title="Fixup, weights only",
    formula="W ~ N(0, 2/n_in); divided by √L in the first layer of each of the L residual "
    "branches of two layers, 0 in their last layers and in the head; b = 0",
    source="Zhang, Dauphin and Ma (2019), Fixup initialization: residual learning without "
    "normalization, ICLR, arXiv:1901.09321, rules 1 and 2 of its section 3",
    applies_to="residual networks whose branches have two layers",
    note="Bounds the change of the output per step whatever the depth. Branches of m layers would "
    "be scaled by L^(−1/(2m−2)). The scalar biases and multipliers of the paper's rule 3 would be "
    "new parameters of the network and are left out. Biases are zero.",
    use="Deep residual nets without normalization.",
    paper={
        "author": "Zhang, Hongyi and Dauphin, Yann N. and Ma, Tengyu",
        "title": "Fixup initialization: Residual learning without normalization",
        "booktitle": "International Conference on Learning Representations",
        "year": "2019",
        "eprint": "1901.09321",
    },
)


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams) -> None:
    """Draw weights as `zero_last`; divide the first layers of L branches by √L; zero the head.

    Raises InitbenchError for a model without branches.
    """
    found = branches(model)
    initialize_zero_last(model, streams)
    for (_, first), _ in found:
        first.weight.div_(math.sqrt(len(found)))
    _, head = weight_layers(model)[-1]
    head.weight.zero_()
