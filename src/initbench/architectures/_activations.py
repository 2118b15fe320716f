"""Activation functions by their names in config.yaml."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from initbench.errors import InitbenchError, unknown

STRIDE = 32  # numbers that a vector kernel takes at a time, at most; what is left over is the tail


class Sine(nn.Module):
    """sin(omega · x), the activation of SIREN (Sitzmann et al. 2020, arXiv:2006.09661)."""

    def __init__(self, omega: float = 1.0) -> None:
        """Remember the frequency `omega`."""
        super().__init__()
        self.omega = omega

    def forward(self, x: Tensor) -> Tensor:
        """Return sin(omega · x)."""
        return torch.sin(self.omega * x)

    def extra_repr(self) -> str:
        """Return the setting that `repr` shows."""
        return f"omega={self.omega}"


ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "identity": nn.Identity,
    "relu": nn.ReLU,
    "leaky_relu_0.01": partial(nn.LeakyReLU, 0.01),
    "leaky_relu": nn.LeakyReLU,
    "leaky_relu_0.2": partial(nn.LeakyReLU, 0.2),
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "selu": nn.SELU,
    "sine": Sine,
}


def activation(name: str) -> nn.Module:
    """Return a fresh module of the activation `name`; InitbenchError if there is none."""
    if name not in ACTIVATIONS:
        raise unknown("activation", name, ACTIVATIONS)
    return ACTIVATIONS[name]()


def name_of(module: nn.Module) -> str:
    """Return the first name whose activation is of the class and settings of `module`.

    Raises InitbenchError if there is none.
    """
    for name, make in ACTIVATIONS.items():
        if repr(make()) == repr(module):
            return name
    raise InitbenchError(
        f"{module} is no activation that has a name here; choose one of: {', '.join(ACTIVATIONS)}."
    )
