"""Layers of a block's models side by side: parameters (seeds, ...) under their own names.

A stacked layer runs all seeds in one call where that is faster and one seed after another where it
is not; each seed's numbers are bit for bit those of the seed trained alone.
"""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import layer_norm

from initbench.architectures._activations import STRIDE
from initbench.seeds import torch_stream


def together(parameters: Sequence[nn.Parameter]) -> nn.Parameter:
    """Return the same parameter of S models as one (S, ...); a frozen one stays frozen."""
    values = torch.stack([parameter.detach() for parameter in parameters])
    return nn.Parameter(values, requires_grad=parameters[0].requires_grad)


class Stacked(nn.Module):
    """The same layer of S models, its parameters side by side."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        """Copy each parameter of `layers` into one of shape (S, ...); one left out stays None."""
        super().__init__()
        for name, first in layers[0]._parameters.items():
            own = None if first is None else together([x.get_parameter(name) for x in layers])
            self.register_parameter(name, own)


class StackedLinear(Stacked):
    """The linear layers of S models: (S, n, ..., in) to (S, n, ..., out).

    The output lies in memory as (S, out, samples): measured 1.2-1.8 times faster than
    features-last on the CPU.
    """

    weight: Tensor
    bias: Tensor | None

    def forward(self, x: Tensor) -> Tensor:
        """Return the outputs; logically features-last, in memory samples-last."""
        if x.dim() > 3:
            outputs: Tensor = self(x.flatten(1, -2))
            return outputs.view(*x.shape[:-1], -1)
        if 1 in (x.shape[1], *self.weight.shape[1:]):  # rounded otherwise by a product of one model
            sums = (x.unsqueeze(-2) * self.weight.unsqueeze(1)).sum(-1)
            return sums if self.bias is None else sums + self.bias.unsqueeze(1)
        if self.bias is None:
            return torch.bmm(self.weight, x.mT).mT
        return torch.baddbmm(self.bias.unsqueeze(-1), self.weight, x.mT).mT


class StackedLayerNorm(Stacked):
    """The layer normalisations of S models, each with its own affine map: (S, n, ..., features)."""

    weight: Tensor | None
    bias: Tensor | None

    def __init__(self, layers: Sequence[nn.LayerNorm]) -> None:
        """Copy the parameters of `layers` and the settings of the first."""
        super().__init__(layers)
        self.shape, self.eps = layers[0].normalized_shape, layers[0].eps

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalised, scaled and shifted `x`."""
        normal = layer_norm(x, self.shape, eps=self.eps)
        scaled = normal if self.weight is None else normal * _beside(self.weight, x)
        return scaled if self.bias is None else scaled + _beside(self.bias, x)


class SeedLoop(Stacked):
    """Layers of S models that are no faster together than one after another: convolutions."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        """Copy the parameters of `layers` and keep the forward pass of the first."""
        super().__init__(layers)
        self.call = partial(functional_call, layers[0])

    def forward(self, x: Tensor) -> Tensor:
        """Return the outputs (S, n, ...) of the inputs (S, n, ...)."""
        names, parameters = zip(*self.named_parameters(), strict=True)
        seeds = zip(x, *parameters, strict=True)
        return torch.stack(
            [self.call(dict(zip(names, own, strict=True)), (part,)) for part, *own in seeds]
        )


class Broadcast(Stacked):
    """Layers of S models whose parameters broadcast against the last axes of the input."""

    def __init__(self, layers: Sequence[nn.Module]) -> None:
        """Copy the parameters of `layers` and keep the forward pass of the first."""
        super().__init__(layers)
        self.call = partial(functional_call, layers[0])

    def forward(self, x: Tensor) -> Tensor:
        """Return the outputs of the inputs (S, n, ...)."""
        outputs: Tensor = self.call(
            {name: _beside(parameter, x) for name, parameter in self.named_parameters()}, (x,)
        )
        return outputs


class SamplesLast(nn.Module):
    """An elementwise activation applied in the memory order that StackedLinear leaves."""

    def __init__(self, activation: nn.Module) -> None:
        """Wrap `activation`."""
        super().__init__()
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Return activation(x)."""
        out: Tensor = self.activation(x.mT).mT
        return out


class SeedBySeed(nn.Module):
    """An activation whose kernel rounds the last few numbers of a tensor otherwise than the rest.

    Applied to each seed's slice alone, it gives every seed the same bits in any block. Slices
    without such a tail are taken together, which is faster.
    """

    def __init__(self, activation: nn.Module) -> None:
        """Wrap `activation`."""
        super().__init__()
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Return activation(x)."""
        x = x.mT
        if isinstance(self.activation, nn.GELU):
            x = x.contiguous()  # another kernel serves other layouts
        if x[0].numel() % STRIDE == 0:
            whole: Tensor = self.activation(x).mT
            return whole
        return torch.stack([self.activation(part) for part in x]).mT


class SeededDropout(nn.Module):
    """Dropout whose masks come from each seed's own stream, so that blocks change nothing."""

    def __init__(self, p: float, seeds: Sequence[int]) -> None:
        """Keep one stream a seed; `p` is the share that is dropped."""
        super().__init__()
        self.keep = 1.0 - p
        self.streams = [torch_stream(seed, "dropout") for seed in seeds]

    def forward(self, x: Tensor) -> Tensor:
        """Return x (S, n, features) with masked and rescaled features while training."""
        if not self.training:
            return x
        if self.keep == 0:
            return x * 0
        masks = [torch.rand(x.shape[1:], generator=s) < self.keep for s in self.streams]
        return x * torch.stack(masks) / self.keep


def _beside(parameter: Tensor, x: Tensor) -> Tensor:
    """Return a `parameter` (S, ...) as (S, 1, ..., 1, ...), one size for each axis of `x`."""
    return parameter.view(len(parameter), *[1] * (x.dim() - parameter.dim()), *parameter.shape[1:])
