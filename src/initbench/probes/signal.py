"""Signal propagation at initialization: how states and gradients change size over depth."""

from collections.abc import Iterator

import torch

from initbench.architectures.feedforward import Feedforward
from initbench.training.data import Data
from initbench.training.recorder import Measurement


def signal(model: Feedforward, data: Data) -> Iterator[Measurement]:
    """Yield the rms of each hidden state, and of the gradient of a random readout there.

    The readout is a Gaussian combination of the last hidden state, the same for all layers.
    """
    seeds = next(model.parameters()).shape[0]
    inputs = data.test_x.expand(seeds, *data.test_x.shape[1:])
    names, states = zip(*list(model.states(inputs))[:-1], strict=True)
    weights = torch.randn(states[-1].shape[1:], generator=torch.Generator().manual_seed(0))
    readout = (states[-1] * weights.to(states[-1].dtype)).sum()
    for name, state, gradient in zip(
        names, states, torch.autograd.grad(readout, states), strict=True
    ):
        yield name, "forward_rms", 0, state.square().mean((1, 2)).sqrt()
        yield name, "backward_rms", 0, gradient.square().mean((1, 2)).sqrt()
