"""Layer-sequential unit variance: orthogonal weights, rescaled on a batch of data."""

import math
from contextlib import ExitStack
from functools import partial

import torch
from torch import Tensor, nn

from initbench.errors import InitbenchError
from initbench.inits._common import fill_biases, weight_layers
from initbench.inits._method import Method, Streams
from initbench.values import Bias, Positive

METHOD = Method(
    name="lsuv",
    title="LSUV (layer-sequential unit variance)",
    formula="W = Q/s with Q orthogonal and s such that the layer's output before its activation "
    "has variance 1 over the units and samples of a batch; layer by layer",
    source="Mishkin and Matas (2016), All you need is a good init, ICLR, arXiv:1511.06422, "
    "Algorithm 1",
    applies_to="linear and convolution layers that the forward pass reaches",
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
    InitbenchError for a layer that the forward pass never calls.
    """
    reached: list[nn.Module] = []
    rescale = partial(_rescale, tolerance=tolerance, max_iterations=max_iterations, reached=reached)
    training = model.training
    model.eval()  # dropout would draw from the global stream
    with ExitStack() as hooks:
        for name, layer in weight_layers(model):
            nn.init.orthogonal_(layer.weight, generator=streams.weight(name))
            hooks.enter_context(model.get_submodule(name).register_forward_hook(rescale))
        fill_biases(model, streams, bias)
        model(inputs.to(next(model.parameters()).dtype))
    model.train(training)
    for name, _ in weight_layers(model):
        if model.get_submodule(name) not in reached:
            raise InitbenchError(
                f"LSUV scales layers by what they return, but '{name}' is never called; choose "
                "another init for this architecture."
            )


def _rescale(
    layer: nn.Linear | nn.Conv2d,
    arguments: tuple[Tensor],
    outputs: Tensor,
    *,
    tolerance: float,
    max_iterations: int,
    reached: list[nn.Module],
) -> Tensor:
    """Scale the weight of `layer` while the batch passes it; return its new outputs."""
    reached.append(layer)
    for _ in range(max_iterations):
        variance = float(outputs.double().var(correction=0))
        if abs(variance - 1) <= tolerance or variance == 0 or not math.isfinite(variance):
            break
        layer.weight.div_(math.sqrt(variance))
        outputs = layer.forward(*arguments)
    return outputs
