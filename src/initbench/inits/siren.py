"""The init of sine networks, which keeps their pre-activations Gaussian at every depth."""

import math

import torch
from torch import nn

from initbench.inits._common import fans, fill_biases, weight_layers
from initbench.inits._method import Method, Streams
from initbench.values import Bias, Positive

METHOD = Method(
    name="siren",
    title="SIREN",
    formula="W ~ U(−1/n_in, +1/n_in) in the first layer, W ~ U(−√(6/n_in)/ω, +√(6/n_in)/ω) in the "
    "others",
    source="Sitzmann, Martel, Bergman, Lindell and Wetzstein (2020), Implicit neural "
    "representations with periodic activation functions, arXiv:2006.09661, section 3.2; biases "
    "as in the authors' code",
    applies_to="linear and convolution layers",
    note="For activations sin(ω z): the first layer spans several periods, and ω times a later "
    "pre-activation is nearly Gaussian with a variance from 1 down to 0.8 at any depth. ω must be "
    "that of the network. Biases are random unless bias is 'zero'.",
    use="Nets of sines that fit a signal, such as an image or a wave; not for other activations.",
    paper={
        "author": "Sitzmann, Vincent and Martel, Julien N. P. and Bergman, Alexander W. and "
        "Lindell, David B. and Wetzstein, Gordon",
        "title": "Implicit neural representations with periodic activation functions",
        "booktitle": "Advances in Neural Information Processing Systems",
        "year": "2020",
        "eprint": "2006.09661",
    },
)


@torch.no_grad()
def initialize(
    model: nn.Module, streams: Streams, *, omega: Positive = 30.0, bias: Bias = "default"
) -> None:
    """Draw the first layer from U(±1/fan_in) and the others from U(±√(6/fan_in)/omega)."""
    for position, (name, layer) in enumerate(weight_layers(model)):
        fan_in = fans(layer)[0]
        bound = math.sqrt(6 / fan_in) / omega if position else 1 / fan_in
        nn.init.uniform_(layer.weight, -bound, bound, generator=streams.weight(name))
    fill_biases(model, streams, bias)
