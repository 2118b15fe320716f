"""Quantities of the states after each layer: size, spread, and the shape of the cloud."""

from collections.abc import Iterator

import torch
from torch import Tensor

from initbench.architectures._feedforward import Feedforward
from initbench.training.data import Data
from initbench.training.recorder import Measurement
from initbench.training.recordings.linalg import singular_values

SAMPLES = 1_000  # test samples are enough for means over a layer
SATURATED = 0.99


def sizes(model: Feedforward, data: Data) -> Iterator[Measurement]:
    """Yield rms, dispersion, and the shares of zero and saturated entries and of dead units.

    A unit is dead that is zero on all samples looked at.
    """
    for name, state in layer_states(model, data.test_x[:, :SAMPLES]):
        centred = state - state.mean(1, keepdim=True)
        yield name, "rms", 0, state.square().mean((1, 2)).sqrt()
        yield name, "dispersion", 0, centred.square().sum(-1).mean(-1).sqrt()
        yield name, "zero_share", 0, (state == 0).double().mean((1, 2))
        yield name, "dead_share", 0, (state == 0).all(1).double().mean(1)
        yield name, "saturated_share", 0, (state.abs() > SATURATED).double().mean((1, 2))


def geometry(model: Feedforward, data: Data) -> Iterator[Measurement]:
    """Yield the share of variance on the first principal axis, for data and for the grid."""
    for name, state in layer_states(model, data.test_x):
        yield name, "pc1_share", 0, pc1_share(state)
    for name, state in layer_states(model, grid().expand(len(data.test_x), -1, -1)):
        yield name, "pc1_share_grid", 0, pc1_share(state)


@torch.no_grad()
def layer_states(model: Feedforward, x: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Yield (layer, states (S, n, units) in float64) of inputs (S or 1, n, ...), input first."""
    seeds = next(model.parameters()).shape[0]
    x = x.to(next(model.parameters()).dtype).expand(seeds, *x.shape[1:])
    yield "input", x.flatten(2).double()
    for name, state in model.states(x):
        yield name, state.flatten(2).double()


def grid() -> Tensor:
    """Return the 12 x 12 points (1, 144, 2) of document A's grey crosses: -3 to 2.5 by 0.5."""
    ticks = torch.arange(-3.0, 3.0, 0.5)
    return torch.cartesian_prod(ticks, ticks).unsqueeze(0)


def pc1_share(state: Tensor) -> Tensor:
    """Return the variance share (S,) of the first principal axis of clouds (S, n, width).

    A cloud without any spread counts as 1: a point lies on a line.
    """
    centred = state - state.mean(1, keepdim=True)
    variances = singular_values(centred).square()
    total = variances.sum(-1)
    return torch.where(total == 0, 1.0, variances[:, 0] / total)
