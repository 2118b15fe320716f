"""Weights whose variance follows the fans of their layer: Xavier's, He's, LeCun's, the default."""

import math
from typing import Literal

from torch import nn

from initbench.inits._common import (
    WeightLayer,
    fans,
    fill_biases,
    weight_layers,
    weight_stream,
    xavier_std,
)
from initbench.inits._method import Streams

Fan = Literal["in", "average"]


def variance_scaling(
    model: nn.Module,
    streams: Streams,
    law: Literal["normal", "uniform"],
    fan: Fan,
    gain: float,
    bias: str,
    shared: bool = False,
) -> None:
    """Draw weights of variance gain²/n, n the fan_in or the average of both fans, and biases.

    The uniform draws have the bits of torch's xavier_uniform_ and kaiming_uniform_. With `shared`,
    the generator starts afresh in each layer: layers of one shape are equal.
    """
    for name, layer in weight_layers(model):
        generator, std = weight_stream(streams, name, shared), _std(layer, fan, gain)
        if law == "normal":
            nn.init.normal_(layer.weight, std=std, generator=generator)
        else:
            bound = math.sqrt(3) * std
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
    fill_biases(model, streams, bias)


def _std(layer: WeightLayer, fan: Fan, gain: float) -> float:
    return gain * xavier_std(layer) if fan == "average" else gain / math.sqrt(fans(layer)[0])
