"""Layer-sequential unit variance: orthogonal weights, rescaled on a batch of data."""

import copy
import math
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from initbench.errors import InitbenchError
from initbench.inits._common import fill_biases, fill_haar, grouped, weight_layers
from initbench.inits._method import Method, Streams
from initbench.values import Bias, Positive

METHOD = Method(
    name="lsuv",
    title="LSUV (layer-sequential unit variance)",
    formula="W = Q/s with Q orthogonal and s such that the layer's output before its activation "
    "has variance 1 over the units and samples of a batch; layer by layer",
    source="Mishkin and Matas (2016), All you need is a good init, ICLR, arXiv:1511.06422, "
    "Algorithm 1",
    applies_to="linear and convolution layers that the forward pass calls once",
    note="Fits the scale of each layer to the data and to the layers before it, whatever the "
    "activation. With zero biases one division is exact; the iteration is for random ones. A "
    "layer whose output does not vary, as after a dead layer, keeps Q. Biases are zero unless "
    "bias is 'default'.",
    use="Nets whose activation or structure has no known gain, if a batch of data is at hand "
    "before training.",
    paper={
        "author": "Mishkin, Dmytro and Matas, Jiri",
        "title": "All you need is a good init",
        "booktitle": "International Conference on Learning Representations",
        "year": "2016",
        "eprint": "1511.06422",
    },
    calibrated=True,
)


@torch.no_grad()
def initialize(
    model: nn.Module,
    streams: Streams,
    inputs: Tensor,
    *,
    tolerance: Positive = 0.0001,
    max_iterations: int = 10,
    bias: Bias = "zero",
) -> None:
    """Draw orthogonal weights, then scale each to an output variance of 1 ± `tolerance`.

    The variance is that of all outputs (n, units, ...) of the layer on `inputs` (n, features...),
    before the activation; at most `max_iterations` divisions a layer. The authors' code tolerates
    0.1, but a division is exact if biases are zero, so that the tight bound costs nothing. Raises
    InitbenchError for a layer that the forward pass does not call just once, or whose output is
    not finite.
    """
    for name, layer in weight_layers(model):
        fill_haar(grouped(layer), 1.0, streams.weight(name))
    fill_biases(model, streams, bias)
    rescaled = _rescaled(model, inputs, tolerance, max_iterations)
    for own, found in zip(model.parameters(), rescaled.parameters(), strict=True):
        own.copy_(found)


def _rescaled(model: nn.Module, inputs: Tensor, tolerance: float, max_iterations: int) -> nn.Module:
    """Return a copy of `model` with rescaled weights: what a forward pass changes is thrown away.

    The copy is in evaluation mode, for dropout would draw from the global stream.
    """
    twin = copy.deepcopy(model).eval()
    reached: list[str] = []
    for name, _ in weight_layers(twin):
        rescale = partial(_rescale, name, reached, tolerance, max_iterations)
        twin.get_submodule(name).register_forward_hook(rescale, with_kwargs=True)
    twin(inputs)
    for name, _ in weight_layers(twin):
        if reached.count(name) != 1:
            raise InitbenchError(
                f"LSUV scales each layer by what it returns in one call, but '{name}' is "
                f"{_times(reached.count(name))} called in a forward pass; choose another init for "
                "this architecture."
            )
    return twin


def _times(count: int) -> str:
    return f"{count} times" if count else "never"


def _rescale(
    name: str,
    reached: list[str],
    tolerance: float,
    max_iterations: int,
    layer: nn.Module,
    arguments: tuple[Any, ...],
    keywords: dict[str, Any],
    outputs: Tensor,
) -> Tensor:
    """Scale the weight of `layer` while the batch passes it; return its new outputs."""
    reached.append(name)
    weight = layer.get_parameter("weight")
    for _ in range(max_iterations):
        variance = float(outputs.double().var(correction=0))
        if not math.isfinite(variance):
            raise InitbenchError(
                f"LSUV found the variance {variance} in the outputs of '{name}'; give it finite "
                "inputs."
            )
        if abs(variance - 1) <= tolerance or variance == 0:
            break
        weight.div_(math.sqrt(variance))
        outputs = layer.forward(*arguments, **keywords)
    return outputs
