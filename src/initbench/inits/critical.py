"""Gaussian weights and biases at the edge of chaos of the model's activation."""

import copy
import math

import torch
from torch import nn

from initbench.architectures._activations import name_of
from initbench.inits._common import bias_of, fans, weight_layers
from initbench.inits._gains import activation_of
from initbench.inits._method import Method, Streams
from initbench.theory import mean_field
from initbench.values import Positive

METHOD = Method(
    name="critical",
    title="Critical (edge of chaos)",
    formula="W ~ N(0, σ_w²/n_in), b ~ N(0, σ_b²), with χ₁ = σ_w² E φ'(√q* z)² = 1 and "
    "q* = σ_w² E φ(√q* z)² + σ_b²",
    source="Poole, Lahiri, Raghu, Sohl-Dickstein and Ganguli (2016), arXiv:1606.05340; "
    "Schoenholz, Gilmer, Ganguli and Sohl-Dickstein (2017), Deep information propagation, "
    "arXiv:1611.01232",
    applies_to="linear and convolution layers of a model that names its activation",
    note="In wide nets gradients neither grow nor fade on average, and q_star is the mean square "
    "which the pre-activations keep; for GELU and SiLU that size is unstable and they drift from "
    "it. ReLU and its like keep any size and get He's variance. "
    "Biases are random, N(0, σ_b²), and zero where σ_b is.",
    use="Deep plain nets whose activation has a known critical point; the wider the net, the "
    "better the theory fits.",
    paper={
        "author": "Schoenholz, Samuel S. and Gilmer, Justin and Ganguli, Surya and "
        "Sohl-Dickstein, Jascha",
        "title": "Deep information propagation",
        "booktitle": "International Conference on Learning Representations",
        "year": "2017",
        "eprint": "1611.01232",
    },
)


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams, *, q_star: Positive = 1.0) -> None:
    """Draw weights from N(0, σ_w²/fan_in) and biases from N(0, σ_b²), critical at `q_star`.

    Raises InitbenchError if the model names no activation, or one that has no critical point
    there, or if σ_b is not zero and a layer has no bias.
    """
    weight_variance, bias_variance = mean_field.critical(_name(activation_of(model)), q_star)
    bias_std = math.sqrt(bias_variance)
    for name, layer in weight_layers(model):
        std = math.sqrt(weight_variance / fans(layer)[0])
        nn.init.normal_(layer.weight, std=std, generator=streams.weight(name))
        if bias_std or layer.bias is not None:
            nn.init.normal_(bias_of(name, layer), std=bias_std, generator=streams.bias(name))


def _name(activation: nn.Module) -> str:
    """Return the name of `activation`, whether or not it works in place."""
    if getattr(activation, "inplace", False):
        activation = copy.deepcopy(activation)
        vars(activation)["inplace"] = False
    return name_of(activation)
