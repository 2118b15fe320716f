"""Random orthogonal weights, in all layers, in some, or in the worst-conditioned one."""

from typing import Literal

import torch
from torch import Tensor, nn

from initbench.errors import InitbenchError
from initbench.inits._common import (
    WeightLayer,
    fill_haar,
    grouped,
    haar_law,
    weight_layers,
    weight_stream,
)
from initbench.inits._gains import gain_value
from initbench.inits._method import Distribution, Method, Parameters, Streams
from initbench.inits.default import initialize as initialize_default
from initbench.inits.xavier_uniform import initialize as initialize_xavier_uniform
from initbench.values import Bias, Gain


def entry_law(layer: WeightLayer, parameters: Parameters) -> Distribution | None:
    """Return the law of an entry if all layers are Haar, else None."""
    if parameters["layers"] != "all":
        return None
    return haar_law(layer, gain_value(parameters["gain"]))


METHOD = Method(
    name="orthogonal",
    title="Orthogonal",
    formula="W = gain · Q with QᵀQ = I or QQᵀ = I, Q uniform (Haar)",
    source="Saxe, McClelland and Ganguli (2013), Exact solutions to the nonlinear dynamics of "
    "learning in deep linear neural networks, arXiv:1312.6120; the sign fix that makes Q uniform: "
    "Mezzadri (2007), arXiv:math-ph/0609050; the nearest orthogonal matrix: Fan and Hoffman (1955)",
    applies_to="linear layers; a convolution kernel is flattened to outputs × inputs, which makes "
    "it no isometry, each group by itself",
    note="All singular values equal the gain. The layers to fill are all, a list of positions, or "
    "the worst-conditioned hidden layer, which becomes its nearest orthogonal matrix; the other "
    "weights follow rest. With shared true, all layers of one shape hold one matrix. Biases are "
    "zero unless bias is 'default'.",
    use="Deep linear and tanh nets, and recurrent weights; with the gain of its activation for "
    "other nets.",
    paper={
        "author": "Saxe, Andrew M. and McClelland, James L. and Ganguli, Surya",
        "title": "Exact solutions to the nonlinear dynamics of learning in deep linear neural "
        "networks",
        "year": "2013",
        "eprint": "1312.6120",
    },
    law=entry_law,
)

REST = {"default": initialize_default, "xavier_uniform": initialize_xavier_uniform}


@torch.no_grad()
def initialize(
    model: nn.Module,
    streams: Streams,
    *,
    gain: Gain = 1.0,
    shared: bool = False,
    layers: Literal["all", "worst"] | list[int] = "all",
    rest: Literal["default", "xavier_uniform"] = "default",
    bias: Bias = "zero",
) -> None:
    """Fill `layers` with gain times Haar-random orthogonal matrices, the other weights as `rest`.

    A list names positions among the weight layers, from 0. "worst" takes the hidden layer (any
    but the last) whose `rest` draw has the smallest s_min/s_max, and replaces it by gain times
    its polar factor UVᵀ, which draws nothing. With `shared`, the generator starts afresh in each
    drawn layer, so that layers of one shape are equal. Raises InitbenchError for a position that
    does not exist, or if "worst" finds no hidden layer.
    """
    factor = gain_value(gain, model)
    REST[rest](model, streams, bias=bias)
    if layers == "worst":
        for worst in grouped(min(_hidden_layers(model), key=_inverse_condition)):
            worst.copy_(factor * _polar_factor(worst))
        return
    for name, layer in _chosen(model, layers):
        fill_haar(grouped(layer), factor, weight_stream(streams, name, shared))


def _chosen(
    model: nn.Module, layers: Literal["all", "worst"] | list[int]
) -> list[tuple[str, WeightLayer]]:
    found = weight_layers(model)
    positions = range(len(found)) if isinstance(layers, str) else layers
    beyond = [position for position in positions if position not in range(len(found))]
    if beyond:
        raise InitbenchError(
            f"The orthogonal init got the layer position {beyond[0]}, but the model has the "
            f"weight layers 0 to {len(found) - 1}; name positions among these."
        )
    return [found[position] for position in positions]


def _hidden_layers(model: nn.Module) -> list[WeightLayer]:
    *hidden, _ = weight_layers(model)
    if not hidden:
        raise InitbenchError(
            "The orthogonal init got layers = 'worst', but the model has no hidden layer; "
            "use a model with two weight layers or more, or layers = 'all'."
        )
    return [layer for _, layer in hidden]


def _inverse_condition(layer: WeightLayer) -> float:
    """Return s_min/s_max of the layer's map, the smallest where it has groups."""
    spectra = [torch.linalg.svdvals(one.flatten(1)) for one in grouped(layer)]
    return min(float(values[-1] / values[0]) for values in spectra)


def _polar_factor(weight: Tensor) -> Tensor:
    left, _, right = torch.linalg.svd(weight.flatten(1), full_matrices=False)
    factor: Tensor = left @ right
    return factor.view_as(weight)
