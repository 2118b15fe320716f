"""torch's own update kernels, so used that a block's size changes no bit of a seed's result.

The functional forms of torch.optim: its classes import the compiler, two seconds a process.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
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


class Rows:
    """The same rows, models with one learning rate, of parameters (each (S, ...))."""

    def __init__(self, parameters: Sequence[nn.Parameter], rows: slice) -> None:
        """Keep the parameters and views of their rows."""
        self.parameters, self.rows = list(parameters), rows
        self.values: list[Tensor] = [p.detach()[rows] for p in self.parameters]

    def gradients(self) -> list[Tensor]:
        """Return the rows of the gradients; a parameter that had no part in the loss has zeros."""
        pairs = zip(self.parameters, self.values, strict=True)
        return [torch.zeros_like(v) if p.grad is None else p.grad[self.rows] for p, v in pairs]


class SGD:
    """torch.optim.SGD(lr=learning_rate, momentum=momentum), without dampening."""

    def __init__(self, models: Rows, learning_rate: float, momentum: float, fused: bool) -> None:
        """Remember the models, the rate and the share of velocity kept."""
        self.models, self.learning_rate, self.momentum = models, learning_rate, momentum
        self.fused = fused
        self.velocities: list[Tensor | None] = [None] * len(models.values)

    @torch.no_grad()
    def step(self) -> None:
        """Update the parameters in place."""
        sgd(
            self.models.values, self.models.gradients(), self.velocities,
            fused=self.fused, foreach=not self.fused, weight_decay=0, momentum=self.momentum,
            lr=self.learning_rate, dampening=0, nesterov=False, maximize=False,
        )  # fmt: skip


class Adam:
    """torch.optim.Adam(lr=learning_rate) with its default betas and epsilon."""

    def __init__(self, models: Rows, learning_rate: float, fused: bool) -> None:
        """Start both moments of the models' parameters at zero."""
        self.models, self.learning_rate, self.fused = models, learning_rate, fused
        self.first, self.second = (
            [torch.zeros_like(value) for value in models.values] for _ in range(2)
        )
        self.steps = [torch.zeros(()) for _ in models.values]

    @torch.no_grad()
    def step(self) -> None:
        """Update the parameters in place."""
        adam(
            self.models.values, self.models.gradients(), self.first, self.second, [], self.steps,
            fused=self.fused, foreach=not self.fused, amsgrad=False, beta1=0.9, beta2=0.999,
            lr=self.learning_rate, weight_decay=0, eps=1e-8, maximize=False,
        )  # fmt: skip


def make_optimizers(
    name: str,
    parameters: Sequence[nn.Parameter],
    learning_rates: Sequence[float],
    momentum: float = 0.0,
) -> list[Optimizer]:
    """Return optimisers that together update `parameters` (each (S, ...)), a rate a model.

    Fused kernels round the last few numbers of a tensor otherwise than the rest (SGD's only with
    momentum), so they take only tensors whose slice of one seed fills whole vector registers.
    """
    plain = name == "sgd" and momentum == 0
    whole = [p for p in parameters if plain or p[0].numel() % LANES == 0]
    ragged = [p for p in parameters if not plain and p[0].numel() % LANES]
    groups = [(group, fused) for group, fused in ((whole, True), (ragged, False)) if group]

    def make(models: Rows, rate: float, fused: bool) -> Optimizer:
        return Adam(models, rate, fused) if name == "adam" else SGD(models, rate, momentum, fused)

    return [
        make(Rows(group, rows), rate, fused)
        for rows, rate in _alike(learning_rates)
        for group, fused in groups
    ]


def _alike(rates: Sequence[float]) -> Iterator[tuple[slice, float]]:
    """Yield the rows of neighbours with one rate, and the rate."""
    start = 0
    for rate, group in groupby(rates):
        end = start + len(list(group))
        yield slice(start, end), rate
        start = end
