"""Small Gaussian weights in residual branches, He elsewhere."""

import torch
from torch import nn

from initbench.inits._branches import branches
from initbench.inits._method import Method, Streams
from initbench.inits.he_normal import initialize as initialize_he
from initbench.values import Bias, Positive

METHOD = Method(
    name="branch_normal",
    title="Small normal branches",
    formula="W ~ N(0, std²) in residual branches; elsewhere W ~ N(0, 2/n_in)",
    source="Hanin and Rolnick (2018), How to start training, arXiv:1803.01719, on small branches; "
    "a width that follows neither fan nor depth, as in Krizhevsky, Sutskever and Hinton (2012)",
    applies_to="residual networks whose branches have two layers",
    note="The network starts close to one without branches, however many there are. Biases are "
    "zero unless bias is 'default'.",
    use="Residual nets whose branches should start small, as a comparison for rules that follow "
    "the depth.",
    paper={
        "author": "Hanin, Boris and Rolnick, David",
        "title": "How to start training: The effect of initialization and architecture",
        "booktitle": "Advances in Neural Information Processing Systems",
        "year": "2018",
        "eprint": "1803.01719",
    },
)


@torch.no_grad()
def initialize(
    model: nn.Module, streams: Streams, *, std: Positive = 0.01, bias: Bias = "zero"
) -> None:
    """Draw the weights of residual branches from N(0, std²) and the others as `he_normal`.

    Raises InitbenchError for a model without branches.
    """
    found = branches(model)
    initialize_he(model, streams, bias=bias)
    for branch in found:
        for name, layer in branch:
            nn.init.normal_(layer.weight, std=std, generator=streams.weight(name))
