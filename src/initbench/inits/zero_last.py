"""He init with a zero last layer in each residual branch."""

import torch
from torch import nn

from initbench.inits._branches import branches
from initbench.inits._method import Method, Streams
from initbench.inits.he_normal import initialize as initialize_he
from initbench.values import Bias

METHOD = Method(
    name="zero_last",
    title="Zero last layer of each branch",
    formula="W = 0 in the last layer of each residual branch; elsewhere W ~ N(0, 2/n_in)",
    source="Goyal, Dollár, Girshick, Noordhuis, Wesolowski, Kyrola, Tulloch, Jia and He (2017), "
    "Accurate, large minibatch SGD, arXiv:1706.02677, section 5.1, where the zero is that of a "
    "normalisation's scale",
    applies_to="residual networks whose branches have two layers",
    note="Each block starts as the identity, and the random layers round a zero one tell its units "
    "apart at the first step. Biases are zero unless bias is 'default', which the last layer of a "
    "branch then adds to the signal.",
    use="Residual nets, with or without normalization, that should start as the identity.",
    paper={
        "author": "Goyal, Priya and Dollár, Piotr and Girshick, Ross and Noordhuis, Pieter and "
        "Wesolowski, Lukasz and Kyrola, Aapo and Tulloch, Andrew and Jia, Yangqing and He, "
        "Kaiming",
        "title": "Accurate, large minibatch SGD: Training ImageNet in 1 hour",
        "year": "2017",
        "eprint": "1706.02677",
    },
)


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams, *, bias: Bias = "zero") -> None:
    """Draw weights as `he_normal`, and set the last layer of each branch to zero.

    Raises InitbenchError for a model without branches.
    """
    found = branches(model)
    initialize_he(model, streams, bias=bias)
    for _, (_, last) in found:
        last.weight.zero_()
