"""He init with smaller residual branches, the more of them there are."""

import math

import torch
from torch import nn

from initbench.inits._branches import branches
from initbench.inits._method import Method, Streams
from initbench.inits.he_normal import initialize as initialize_he
from initbench.values import Bias

METHOD = Method(
    name="branch_scaled",
    title="Branches scaled by 1/√L",
    formula="W ~ N(0, 2/n_in), divided by √L in the last layer of each of the L residual branches",
    source="Radford, Wu, Child, Luan, Amodei and Sutskever (2019), Language models are "
    "unsupervised multitask learners, section 2.3; on why sums of branches must stay bounded: "
    "Hanin and Rolnick (2018), How to start training, arXiv:1803.01719",
    applies_to="residual networks whose branches have two layers",
    note="Each branch then adds 1/L of what a branch under He adds to the signal's mean square, so "
    "that the sum does not grow with depth. Biases are zero unless bias is 'default'.",
    use="Residual nets without normalization, or Transformers, that have many branches.",
    paper={
        "author": "Radford, Alec and Wu, Jeffrey and Child, Rewon and Luan, David and Amodei, "
        "Dario and Sutskever, Ilya",
        "title": "Language models are unsupervised multitask learners",
        "howpublished": "OpenAI technical report",
        "year": "2019",
    },
)


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams, *, bias: Bias = "zero") -> None:
    """Draw weights as `he_normal`, and divide the last layer of each of L branches by √L.

    Raises InitbenchError for a model without branches.
    """
    found = branches(model)
    initialize_he(model, streams, bias=bias)
    for _, (_, last) in found:
        last.weight.div_(math.sqrt(len(found)))
