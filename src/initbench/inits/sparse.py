"""A few Gaussian weights a unit, the others zero."""

import math

import torch
from torch import Generator, Tensor, nn

from initbench.inits._common import fill_biases, grouped, weight_layers
from initbench.inits._method import Method, Streams
from initbench.values import Bias, Positive

METHOD = Method(
    name="sparse",
    title="Sparse",
    formula="k weights of each unit ~ N(0, std²), the others 0; k = connections, or n_in if fewer",
    source="Martens (2010), Deep learning via Hessian-free optimization, ICML, section 5 (15 "
    "connections, std 1)",
    applies_to="linear and convolution layers",
    note="The input of a unit has the variance k · std² times the mean square of what comes in, "
    "however many inputs there are. torch's sparse_ is another thing: it clears a share of the "
    "weights that leave each input, not of those that enter each unit. Biases are zero unless "
    "bias is 'default'.",
    use="Layers with so many inputs that a dense draw would make all units alike, above all with "
    "saturating activations.",
    paper={
        "author": "Martens, James",
        "title": "Deep learning via Hessian-free optimization",
        "booktitle": "International Conference on Machine Learning",
        "year": "2010",
    },
)


@torch.no_grad()
def initialize(
    model: nn.Module,
    streams: Streams,
    *,
    connections: int = 15,
    std: Positive = 1.0,
    bias: Bias = "zero",
) -> None:
    """Draw weights from N(0, std²) and clear all but `connections` random ones of each unit."""
    for name, layer in weight_layers(model):
        generator = streams.weight(name)
        nn.init.normal_(layer.weight, std=std, generator=generator)
        maps = grouped(layer)
        maps.mul_(_mask(maps, connections, generator))
    fill_biases(model, streams, bias)


def _mask(maps: Tensor, connections: int, generator: Generator) -> Tensor:
    """Return a mask like `maps` (groups, out, in, ...) with `connections` ones a unit at most."""
    groups, units, *rest = maps.shape
    scores = torch.rand(groups * units, math.prod(rest), dtype=torch.float32, generator=generator)
    chosen = scores.topk(min(connections, scores.shape[1]), dim=1).indices
    return torch.zeros_like(scores).scatter_(1, chosen, 1).view(maps.shape)
