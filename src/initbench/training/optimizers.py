"""torch's own optimisers, set up so that a block's size changes no bit of a seed's result."""

from collections.abc import Sequence

import torch
from torch import nn

LANES = 16  # floats in the widest vector register that the fused kernels use


def make_optimizers(
    name: str, parameters: Sequence[nn.Parameter], learning_rate: float
) -> list[torch.optim.Optimizer]:
    """Return optimisers that together update `parameters` (each (S, ...)).

    Fused Adam rounds the last few numbers of a tensor otherwise than the rest, so it takes only
    tensors whose slice of one seed fills whole vector registers.
    """
    if name == "sgd":
        return [torch.optim.SGD(parameters, lr=learning_rate, fused=True)]
    whole = [p for p in parameters if p[0].numel() % LANES == 0]
    ragged = [p for p in parameters if p[0].numel() % LANES]
    optimizers: list[torch.optim.Optimizer] = []
    if whole:
        optimizers.append(torch.optim.Adam(whole, lr=learning_rate, fused=True))
    if ragged:
        optimizers.append(torch.optim.Adam(ragged, lr=learning_rate, foreach=True))
    return optimizers
