"""torch's own update kernels, so used that a block's size changes no bit of a seed's result.

The functional forms of torch.optim: its classes import the compiler, two seconds a process.
"""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.optim.adam import adam
from torch.optim.sgd import sgd

LANES = 16  # floats in the widest vector register that the fused kernels use


class Optimizer(Protocol):
    """What moves parameters along their gradients."""

    def step(self) -> None:
        """Update the parameters from their gradients, in place."""


class SGD:
    """torch.optim.SGD(lr=learning_rate, momentum=momentum), without dampening."""

    def __init__(
        self, parameters: Sequence[nn.Parameter], learning_rate: float, momentum: float
    ) -> None:
        """Remember the parameters (each (S, ...)), the rate and the share of velocity kept."""
        self.parameters: list[Tensor] = list(parameters)
        self.learning_rate, self.momentum = learning_rate, momentum
        self.velocities: list[Tensor | None] = [None] * len(self.parameters)

    @torch.no_grad()
    def step(self) -> None:
        """Update the parameters in place."""
        sgd(
            self.parameters, _gradients(self.parameters), self.velocities,
            fused=True, weight_decay=0, momentum=self.momentum, lr=self.learning_rate,
            dampening=0, nesterov=False, maximize=False,
        )  # fmt: skip


class Adam:
    """torch.optim.Adam(lr=learning_rate) with its default betas and epsilon."""

    def __init__(
        self, parameters: Sequence[nn.Parameter], learning_rate: float, fused: bool
    ) -> None:
        """Start both moments of `parameters` (each (S, ...)) at zero."""
        self.parameters: list[Tensor] = list(parameters)
        self.learning_rate, self.fused = learning_rate, fused
        self.first, self.second = (
            [torch.zeros_like(p, requires_grad=False) for p in self.parameters] for _ in range(2)
        )
        self.steps = [torch.zeros(()) for _ in self.parameters]

    @torch.no_grad()
    def step(self) -> None:
        """Update the parameters in place."""
        adam(
            self.parameters, _gradients(self.parameters), self.first, self.second, [], self.steps,
            fused=self.fused, foreach=not self.fused, amsgrad=False, beta1=0.9, beta2=0.999,
            lr=self.learning_rate, weight_decay=0, eps=1e-8, maximize=False,
        )  # fmt: skip


def make_optimizers(
    name: str, parameters: Sequence[nn.Parameter], learning_rate: float, momentum: float = 0.0
) -> list[Optimizer]:
    """Return optimisers that together update `parameters` (each (S, ...)).

    Fused Adam rounds the last few numbers of a tensor otherwise than the rest, so it takes only
    tensors whose slice of one seed fills whole vector registers.
    """
    if name == "sgd":
        return [SGD(parameters, learning_rate, momentum)]
    whole = [p for p in parameters if p[0].numel() % LANES == 0]
    ragged = [p for p in parameters if p[0].numel() % LANES]
    groups = ((whole, True), (ragged, False))
    return [Adam(group, learning_rate, fused) for group, fused in groups if group]


def _gradients(parameters: Sequence[Tensor]) -> list[Tensor]:
    return [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
