"""How signals and gradients change size and shape from layer to layer of a deep net."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from initbench.architectures._activations import activation
from initbench.architectures._feedforward import Feedforward
from initbench.inits._common import weight_layers
from initbench.probes._nets import SAMPLES, draw_mlp, gaussian, signals, trial_draws
from initbench.probes._table import Net, Value, table
from initbench.values import Activation, Depth

PAIRS = 64
CORRELATION = 0.5  # of the two inputs of a pair
ENDS = {"square": (1, 1), "growing": (1, 4), "shrinking": (4, 1)}  # first and last, in widths
SATURATED = {"tanh": (-0.99, 0.99), "sigmoid": (0.01, 0.99)}  # below the one, above the other


class Inputs(NamedTuple):
    """Gaussian samples (SAMPLES, d), and partners (PAIRS, d) correlated with the first of them."""

    samples: Tensor
    partners: Tensor


def measure(
    init: Mapping[str, Any],
    seeds: range,
    *,
    activations: Sequence[Activation],
    widths: Sequence[int],
    depth: Depth,
    shapes: Sequence[Literal["square", "growing", "shrinking"]] = ("square",),
    every: int = 5,
) -> pa.Table:
    """Return sizes of signals and gradients in nets of `depth` hidden layers; variant = shape.

    Layers are `width` wide, or grow evenly to four times as much, or shrink from there; the first
    ten are recorded, then each `every`-th. Of the
    states h = φ(z): `second_moment`, `preactivation_second_moment`, `variance` (across samples;
    below some 1e-32 of the second moment it is rounding), `zero_share`, `dead_share` (units at 0
    on all samples), `saturated_share`, `participation`; of pairs of inputs: `correlation` of z
    (Poole et al. 2016, section 2). Of R = Σ ⟨v, h_L⟩/√n, v standard normal: `state_gradient_rms`
    of dR/dh, `weight_gradient_norm` of dR/dW (as Glorot and Bengio 2010, section 4.2).
    Activations that the init refuses, as `critical` may, are left out.
    """
    trials = trial_draws(init, sizes(min(widths), depth, shapes[0]), activations)
    first, *others = trials.values()
    reuse = all(torch.equal(first, other) for other in others)

    def measured() -> Iterator[tuple[Net, list[Value]]]:
        for width, shape, seed in product(widths, shapes, seeds):
            layers = sizes(width, depth, shape)
            inputs = draw_inputs(seed, layers[0])
            for name, model in _nets(init, seed, layers, trials, inputs.samples, reuse):
                kept = recorded(depth, every)
                yield Net(name, width, shape, seed), list(_values(model, name, inputs, kept))

    return table(measured())


def sizes(width: int, depth: int, shape: str) -> list[int]:
    """Return the number of inputs and the widths of `depth` hidden layers."""
    first, last = (width * end for end in ENDS[shape])
    return [round(size) for size in np.linspace(first, last, depth + 1)]


def recorded(depth: int, every: int) -> list[int]:
    """Return the layers that are recorded: the first ten, each `every`-th after them, the last."""
    return [k for k in range(1, depth + 1) if k <= 10 or k % every == 0 or k == depth]


def draw_inputs(seed: int, features: int) -> Inputs:
    """Return the inputs of `seed` with `features` coordinates."""
    samples = gaussian(seed, "inputs", SAMPLES, features)
    own = gaussian(seed, "partners", PAIRS, features)
    return Inputs(samples, CORRELATION * samples[:PAIRS] + math.sqrt(1 - CORRELATION**2) * own)


def _nets(
    init: Mapping[str, Any],
    seed: int,
    layers: Sequence[int],
    activations: Iterable[str],
    calibration: Tensor,
    reuse: bool,
) -> Iterator[tuple[str, Feedforward]]:
    """Yield the net of each activation; with `reuse`, one draw under each of them in turn."""
    model = None
    for name in activations:
        if model is None or not reuse:
            model = draw_mlp(layers, name, init, seed, calibration)
        model.activation = activation(name)
        yield name, model


def _values(
    model: Feedforward, name: str, inputs: Inputs, layers: Sequence[int]
) -> Iterator[Value]:
    outputs, states = signals(model, inputs.samples)
    with torch.no_grad():
        partners, _ = signals(model, inputs.partners)
    for layer, gradients in zip(layers, _gradients(model, states, layers), strict=True):
        z, h = outputs[layer - 1].detach(), states[layer - 1].detach()
        correlation = _mean_cosine(z[:PAIRS], partners[layer - 1])
        found = {**_sizes(z, h, name), "correlation": correlation, **gradients}
        for quantity, value in found.items():
            yield layer, quantity, 0, float(value)


def _sizes(z: Tensor, h: Tensor, name: str) -> dict[str, Tensor]:
    """Return the quantities of the states h (n, units) and what the activation made them of."""
    low, high = SATURATED.get(name, (-math.inf, math.inf))
    centred = h - h.mean(0)
    return {
        "second_moment": h.square().mean(),
        "preactivation_second_moment": z.square().mean(),
        "variance": centred.square().mean(),
        "zero_share": (h == 0).double().mean(),
        "dead_share": (h == 0).all(0).double().mean(),
        "saturated_share": ((h < low) | (h > high)).double().mean(),
        "participation": participation(centred),
    }


def participation(centred: Tensor) -> Tensor:
    """Return (tr C)²/tr C² of the covariance C of a centred cloud (n, units), a soft rank.

    It lies between 1 (a line) and the number of units (a round cloud), and is 0 for a point.
    """
    largest = centred.abs().max()
    if largest == 0:
        return largest
    scaled = centred / largest  # else the fourth powers leave the range of float64
    samples, units = scaled.shape  # the smaller product has the same traces
    gram = scaled @ scaled.mT if samples < units else scaled.mT @ scaled
    return scaled.square().sum().square() / gram.square().sum()


def _mean_cosine(a: Tensor, b: Tensor) -> Tensor:
    """Return the mean cosine of the rows of a and b (n, units); a zero row has none."""
    lengths = torch.linalg.vector_norm(a, dim=1) * torch.linalg.vector_norm(b, dim=1)
    mean: Tensor = ((a * b).sum(1) / lengths).nanmean()
    return mean


def _gradients(
    model: Feedforward, states: Sequence[Tensor], layers: Sequence[int]
) -> list[dict[str, Tensor]]:
    """Return the sizes of the gradients of R at `layers`."""
    last = states[-2]  # before the head
    readout = (last @ gaussian(0, "readout", last.shape[1])).sum() / math.sqrt(len(last))
    weights = [layer.weight for _, layer in weight_layers(model)]
    wanted = [tensors[layer - 1] for tensors in (states, weights) for layer in layers]
    found = torch.autograd.grad(readout, wanted)
    return [
        {"state_gradient_rms": state.square().mean().sqrt(), "weight_gradient_norm": weight.norm()}
        for state, weight in zip(found[: len(layers)], found[len(layers) :], strict=True)
    ]
