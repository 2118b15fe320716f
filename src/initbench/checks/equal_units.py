"""Equal weights before training: what the units of a layer compute and learn (B10, B12, B14)."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from initbench.checks._draws import global_stream
from initbench.checks._registry import Measurement, check
from initbench.checks.mnist_demo import BATCH, images
from initbench.datasets import FIRST_SEED
from initbench.datasets._source import Points
from initbench.inits._method import Parameters
from initbench.seeds import numpy_stream

if TYPE_CHECKING:
    from initbench.architectures._feedforward import Feedforward

DYADIC = (1.0, -1.0, 0.5)  # with whole inputs every sum is exact, in whatever order it is made
CONSTANTS = (0.01, 0.1, 1.0)
WEIGHTS = ("fc1.weight", "fc2.weight", "out.weight")
HIDDEN = WEIGHTS[:2]
ROUNDING = 1e-12


def _net(method: str, parameters: Parameters) -> "Feedforward":
    """Return document D's net (784-128-64-10, ReLU) from this start, in double precision."""
    from initbench.architectures import build
    from initbench.inits import initialize

    net = build({"family": "mnist_net"})
    initialize(net, method, parameters, FIRST_SEED)
    return net.double()


def _states(net: "Feedforward") -> list[Points]:
    """Return the state (64, units) of each layer on images of whole numbers from -8 to 8."""
    import torch

    pixels = numpy_stream(FIRST_SEED, "noise").randint(-8, 9, size=(64, 1, 28, 28))
    with torch.no_grad():
        return [state.numpy() for _, state in net.states(torch.from_numpy(pixels).double())]


def spread(states: Iterable[Points]) -> float:
    """Return the largest difference between two units (last axis) of a layer on one sample."""
    return max(float(np.ptp(state, axis=-1).max()) for state in states)


@check("B10", "b10_zero")
def zero_units() -> Measurement:
    """Return how far two units of a layer differ when all weights and biases are zero."""
    apart = spread(_states(_net("zeros", {})))
    return Measurement(apart, 0, 0, "784-128-64-10 with ReLU, 64 inputs of whole numbers")


@check("B10", "b10_constant")
def constant_units() -> Measurement:
    """Return how far two units of a layer differ when all parameters are one number."""
    apart = max(spread(_states(_net("constant", {"value": value}))) for value in DYADIC)
    return Measurement(apart, 0, 0, f"largest over the constants {_listed(DYADIC)}")


@check("B10", "b10_zero_weights_default_bias")
def units_with_default_bias() -> Measurement:
    """Return how far two units of a layer differ with zero weights and PyTorch's random biases."""
    apart = spread(_states(_net("zeros", {"bias": "default"})))
    return Measurement(apart, math.nan, math.nan, "zero weights, biases as nn.Linear draws them")


def _listed(values: Sequence[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)


def _gradients(mnist: Path, method: str, parameters: Parameters) -> dict[str, Points]:
    """Return the cross-entropy's gradient of each weight, on the first 64 training images."""
    from torch.autograd import grad
    from torch.nn.functional import cross_entropy

    net = _net(method, parameters)
    x, y = images(mnist, "train", BATCH)
    weights = [net.get_parameter(name) for name in WEIGHTS]
    found = grad(cross_entropy(net(x.double()), y), weights)
    return {name: gradient.numpy() for name, gradient in zip(WEIGHTS, found, strict=True)}


def _starts(start: str) -> list[tuple[str, Parameters]]:
    if start == "zero":
        return [("zeros", {})]
    return [("constant", {"value": value}) for value in CONSTANTS]


def distinct(values: Points) -> int:
    """Return how many different numbers there are, rounding errors of 1e-12 of the size aside."""
    ordered = np.sort(values, axis=None)
    return 1 + int((np.diff(ordered) > ROUNDING * np.abs(ordered).max()).sum())


def apart(gradient: Points, size: float) -> float:
    """Return the largest difference between two rows of a gradient, in units of `size`."""
    return float(np.ptp(gradient, axis=0).max() / size) if size > 0 else 0.0


def largest(gradients: Iterable[Points]) -> float:
    """Return the largest entry: below equal weights, a layer's own may be but rounding errors."""
    return max(float(np.abs(gradient).max()) for gradient in gradients)


@check("B12", "b12_zero_unique", reads_mnist=True, start="zero")
@check("B12", "b12_constant_unique", reads_mnist=True, start="constant")
def unique_values(mnist: Path, start: str) -> Measurement:
    """Return the largest number of different values in the gradient of one weight tensor."""
    counts = {
        (name, parameters.get("value", 0)): distinct(gradient)
        for method, parameters in _starts(start)
        for name, gradient in _gradients(mnist, method, parameters).items()
    }
    name, value = max(counts, key=lambda case: counts[case])
    detail = f"first step on {BATCH} images; most in {name}, started from {value:g}"
    return Measurement(counts[name, value], 1, 0, detail)


@check("B12", "b12_zero_units_apart", reads_mnist=True, start="zero")
@check("B12", "b12_constant_units_apart", reads_mnist=True, start="constant")
def units_apart(mnist: Path, start: str) -> Measurement:
    """Return how far gradients of two units of a hidden layer differ, over the net's largest."""
    found = [_gradients(mnist, method, parameters) for method, parameters in _starts(start)]
    worst = max(apart(net[name], largest(net.values())) for net in found for name in HIDDEN)
    return Measurement(worst, 0, ROUNDING, f"rows of {' and '.join(HIDDEN)}, first step")


@check("B12", "b12_constant_output_units_apart", reads_mnist=True)
def output_units_apart(mnist: Path) -> Measurement:
    """Return the least difference between gradients of output units, over their size."""
    found = [_gradients(mnist, method, parameters) for method, parameters in _starts("constant")]
    least = min(apart(net["out.weight"], largest(net.values())) for net in found)
    detail = "rows of out.weight, first step: each output unit has a label of its own"
    return Measurement(least, math.nan, math.nan, detail)


def _zeroed() -> "tuple[Points, Points, Points]":
    """Return NumPy's zero weight (in, out), and weight (out, in) and bias of PyTorch's snippet."""
    from torch import nn

    with global_stream(FIRST_SEED):
        layer = nn.Linear(784, 128)
    nn.init.zeros_(layer.weight)
    weight, bias = (layer.state_dict()[kind].numpy() for kind in ("weight", "bias"))
    return np.zeros((784, 128)), weight, bias


@check("B14", "b14_weight_difference")
def weight_difference() -> Measurement:
    """Return the largest difference of the two snippets' weights, one of them transposed."""
    ours, theirs, _ = _zeroed()
    return Measurement(float(np.abs(ours - theirs.T).max()), 0, 0, "a layer of 784 to 128 units")


@check("B14", "b14_output_difference")
def output_difference() -> Measurement:
    """Return the largest output of PyTorch's layer: NumPy's weights alone give zero everywhere."""
    _, _, bias = _zeroed()
    detail = "zero weights pass on the bias alone, which the snippet leaves random"
    return Measurement(float(np.abs(bias).max()), math.nan, math.nan, detail)


@check("B14", "b14_different_units")
def different_units() -> Measurement:
    """Return how many of the 128 units of PyTorch's layer give different outputs."""
    _, _, bias = _zeroed()
    return Measurement(len(np.unique(bias)), math.nan, math.nan, "units of one layer of 128")
