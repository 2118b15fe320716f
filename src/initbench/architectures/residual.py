"""Residual MLPs without normalisation, in which only the init can keep the signal in bounds."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from initbench.architectures._feedforward import Feedforward, as_features
from initbench.values import Depth


class Scale(nn.Module):
    """A learned number that starts at 0 (Bachlechner et al. 2020, ReZero, arXiv:2003.04887)."""

    FIXED_START = True

    def __init__(self) -> None:
        """Make the number, of shape (1,)."""
        super().__init__()
        self.alpha = nn.Parameter(torch.zeros(1))

    def reset_parameters(self) -> None:
        """Set the number to its start."""
        nn.init.zeros_(self.alpha)

    def forward(self, x: Tensor) -> Tensor:
        """Return alpha · x."""
        return self.alpha * x


class Block(nn.Module):
    """x + scale · second(φ(first(φ(x)))): the branch in pre-activation order."""

    def __init__(self, width: int, rezero: bool) -> None:
        """Make layers `first` and `second`, and with `rezero` a learned `scale`."""
        super().__init__()
        self.first, self.second = nn.Linear(width, width), nn.Linear(width, width)
        self.scale = Scale() if rezero else nn.Identity()

    def forward(self, x: Tensor, activation: nn.Module) -> Tensor:
        """Return the next state (..., width)."""
        branch = self.second(activation(self.first(activation(x))))
        out: Tensor = x + self.scale(branch)
        return out


class Residual(Feedforward):
    """A linear `stem`, then `blocks.0`, `blocks.1`, ..., ReLU and a linear `head`.

    Pre-activation order and the last ReLU are those of He et al. 2016, arXiv:1603.05027.
    """

    def __init__(self, inputs: int, width: int, blocks: int, classes: int, rezero: bool) -> None:
        """Make the layers."""
        super().__init__()
        self.inputs = inputs
        self.stem = nn.Linear(inputs, width)
        self.blocks = nn.ModuleList(Block(width, rezero) for _ in range(blocks))
        self.activation = nn.ReLU()
        self.head = nn.Linear(width, classes)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the state between the blocks, before its activation, then the logits.

        x is (..., inputs), or images (..., c, h, w) with as many pixels.
        """
        x = self.stem(as_features(x, self.inputs))
        yield "stem", x
        for k, block in enumerate(self.blocks):
            x = block(x, self.activation)
            yield f"blocks.{k}", x
        yield "head", self.head(self.activation(x))


def build(
    *, inputs: int = 784, width: int = 64, blocks: Depth, classes: int = 10, rezero: bool = False
) -> Residual:
    """Return a residual MLP of `blocks` branches of two layers of `width` units."""
    return Residual(inputs, width, blocks, classes, rezero)
