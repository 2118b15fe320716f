"""Slope and curvature of the loss where a net is stuck: a minimum, a plateau or a saddle?"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pyarrow as pa
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from initbench.datasets.moons import SOURCE
from initbench.probes._nets import draw_mlp
from initbench.probes._table import Net, Value, table
from initbench.seeds import numpy_stream
from initbench.values import Activation, Depth

FEATURES = 2
MOONS = {"samples": 1000, "noise": 0.1, "standardize": "all"}


def measure(
    init: Mapping[str, Any],
    seeds: range,
    *,
    activations: Sequence[Activation],
    widths: Sequence[int] = (8,),
    depth: Depth = 1,
) -> pa.Table:
    """Return the norm of the gradient and the extreme eigenvalues of the Hessian near the start.

    The head's bias is at the logarithms of the class shares, where training puts it first: what
    remains is the state in which a net is stuck. The loss is the mean cross-entropy on the 800
    training points of the two moons of each seed, the net has `depth` hidden layers of `width`
    units, and the Hessian is in all parameters. Quantities `gradient_norm`, `min_eigenvalue`,
    `max_eigenvalue`; a negative eigenvalue where the gradient is zero means a saddle (Dauphin et
    al. 2014, arXiv:1406.2572, section 2).
    """

    def measured() -> Iterator[tuple[Net, Iterator[Value]]]:
        for name, width, seed in product(activations, widths, seeds):
            x, y = moons(seed)
            sizes = [FEATURES, *[width] * depth]
            yield Net(name, width, "", seed), _values(draw_mlp(sizes, name, init, seed, x), x, y)

    return table(measured())


def moons(seed: int) -> tuple[Tensor, Tensor]:
    """Return the training points (800, 2) in float64 and the classes (800,) of `seed`."""
    split = SOURCE.split(MOONS, numpy_stream(seed, "data"))
    return torch.from_numpy(split.train_x[0]).double(), torch.from_numpy(split.train_y[0])


def derivatives(model: nn.Module, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return the gradient (p,) and the Hessian (p, p) of the mean cross-entropy on (x, y)."""
    parameters = list(model.parameters())

    def slope(value: Tensor) -> Tensor:
        found = torch.autograd.grad(value, parameters, create_graph=True, materialize_grads=True)
        return nn.utils.parameters_to_vector(found)

    gradient = slope(cross_entropy(model(x), y))
    return gradient.detach(), torch.stack([slope(entry).detach() for entry in gradient])


@torch.no_grad()
def settle(model: nn.Module, y: Tensor) -> None:
    """Give the head's bias the logarithms of the shares of the classes (n,), in place."""
    bias = dict(model.named_parameters())["final.bias"]
    bias.copy_(torch.bincount(y, minlength=len(bias)).double().div(len(y)).log())


def _values(model: nn.Module, x: Tensor, y: Tensor) -> Iterator[Value]:
    settle(model, y)
    gradient, hessian = derivatives(model, x, y)
    eigenvalues = torch.linalg.eigvalsh(hessian)
    yield 0, "gradient_norm", 0, float(gradient.norm())
    yield 0, "min_eigenvalue", 0, float(eigenvalues[0])
    yield 0, "max_eigenvalue", 0, float(eigenvalues[-1])
