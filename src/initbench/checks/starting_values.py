"""What an init is: it chooses all parameters, and training starts from them (B01)."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from initbench.checks._draws import furthest
from initbench.checks._registry import Measurement, check
from initbench.datasets import FIRST_SEED

if TYPE_CHECKING:
    from torch import Tensor

    from initbench.architectures._feedforward import Feedforward

METHODS = ("default", "zeros", "he_normal", "orthogonal")
NETS = f"784-128-64-10 with ReLU, started from {', '.join(METHODS)}"


def _net(method: str, held_before: float) -> "Feedforward":
    """Return document D's net, whose parameters held one number before `method` filled them."""
    from torch.nn.init import constant_

    from initbench.architectures import build
    from initbench.inits import initialize

    net = build({"family": "mnist_net"})
    for parameter in net.parameters():
        constant_(parameter, held_before)
    initialize(net, method, {}, FIRST_SEED)
    return net


def _values(net: "Feedforward") -> "dict[str, Tensor]":
    return {name: parameter.detach().clone() for name, parameter in net.named_parameters()}


def _largest_change(before: "Mapping[str, Tensor]", after: "Mapping[str, Tensor]") -> float:
    """Return the largest |after - before|; NaN where a number is missing."""
    import torch

    changes = torch.cat([(after[name] - before[name]).flatten() for name in before])
    return float(changes.abs().max())


@check("B01", "b01_independent_of_before")
def independent_of_before() -> Measurement:
    """Return the largest difference that the values before the init make to those after it."""
    gaps = [
        _largest_change(_values(_net(method, math.nan)), _values(_net(method, 7.0)))
        for method in METHODS
    ]
    return Measurement(furthest(gaps, 0), 0, 0, f"{NETS}; before the init all NaN or all 7")


def _trained(method: str, epochs: int) -> "tuple[dict[str, Tensor], dict[str, Tensor]]":
    """Return the values before and after `epochs` of training on 64 random images."""
    import torch

    from initbench.seeds import torch_stream
    from initbench.training.plain import train_model

    x = torch.randn(64, 1, 28, 28, generator=torch_stream(FIRST_SEED, "noise"))
    batches = [(x, torch.arange(64) % 10)]
    net = _net(method, 0.0)
    before = _values(net)
    train_model(net, batches, batches, epochs)
    return before, _values(net)


@check("B01", "b01_change_without_steps")
def change_without_steps() -> Measurement:
    """Return the largest change of a parameter in a training of no steps."""
    worst = max(_largest_change(*_trained(method, 0)) for method in METHODS)
    return Measurement(worst, 0, 0, NETS)


@check("B01", "b01_change_in_one_step")
def change_in_one_step() -> Measurement:
    """Return the largest change of a parameter in one step of Adam at 0.001, the least over inits.

    The first step of Adam is as long as the learning rate, whatever the size of the gradient.
    """
    least = min(_largest_change(*_trained(method, 1)) for method in METHODS)
    return Measurement(least, math.nan, math.nan, NETS)
