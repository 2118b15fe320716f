"""Recurrent networks: a law for the recurrent weights, the same for all else, the forget bias."""

import math
from collections.abc import Callable
from typing import Literal

import torch
from torch import Generator, Tensor, nn

from initbench.errors import InitbenchError
from initbench.inits._common import bias_of, weight_layers
from initbench.inits._method import Method, Streams
from initbench.inits.xavier_normal import initialize as initialize_xavier

METHOD = Method(
    name="recurrent",
    title="Recurrent weights",
    formula="W_hh by `hidden`: orthogonal, I, N(0, 2/(n_in + n_out)), N(0, 0.01²) or "
    "U(−1/√h, +1/√h); all else by `rest`: W ~ N(0, 2/(n_in + n_out)) and b = 0, or "
    "U(−1/√h, +1/√h)",
    source="Orthogonal: Saxe, McClelland and Ganguli (2013), arXiv:1312.6120; identity: Le, Jaitly "
    "and Hinton (2015), arXiv:1504.00941; U(±1/√h): torch.nn.RNNBase; forget bias: Jozefowicz, "
    "Zaremba and Sutskever (2015), An empirical exploration of recurrent network architectures, "
    "ICML",
    applies_to="recurrent networks: an input map, a hidden map and a head",
    note="The recurrent weight of an LSTM or a GRU holds its gates one below another: one law for "
    "the whole tensor, as a call on torch's `weight_hh_l0` gives, or, with gates 'separate', for "
    "each gate's square. Biases are zero, or random with rest 'default'; forget_bias is the sum of "
    "the two biases that torch gives the gate.",
    use="Recurrent nets: orthogonal or identity hidden weights for plain cells, a positive forget "
    "bias for an LSTM that must remember for long.",
    paper={
        "author": "Le, Quoc V. and Jaitly, Navdeep and Hinton, Geoffrey E.",
        "title": "A simple way to initialize recurrent networks of rectified linear units",
        "year": "2015",
        "eprint": "1504.00941",
    },
)
LAYERS = ["input_map", "hidden_map", "head"]
LSTM_GATES, FORGET = 4, 1

Law = Callable[[Tensor, Generator], Tensor]
LAWS: dict[str, Law] = {
    "default": lambda w, stream: nn.init.kaiming_uniform_(w, a=math.sqrt(5), generator=stream),
    "normal": lambda w, stream: nn.init.normal_(w, std=0.01, generator=stream),
    "xavier": lambda w, stream: nn.init.xavier_normal_(w, generator=stream),
    "orthogonal": lambda w, stream: nn.init.orthogonal_(w, generator=stream),
    "identity": lambda w, stream: nn.init.eye_(w),
}


@torch.no_grad()
def initialize(
    model: nn.Module,
    streams: Streams,
    *,
    hidden: Literal["default", "normal", "xavier", "orthogonal", "identity"] = "orthogonal",
    gates: Literal["stacked", "separate"] = "stacked",
    rest: Literal["xavier", "default"] = "xavier",
    forget_bias: float | Literal["rest"] = "rest",
) -> None:
    """Fill the recurrent weights by the law `hidden` and all else by `rest`.

    A number as `forget_bias` is the effective bias of an LSTM's forget gate: the input map's bias
    takes it, the hidden map's is zero. Raises InitbenchError for a model that is no recurrent net,
    and for a forget bias of a net that has no forget gate.
    """
    weight = _hidden_weight(model)
    count = len(weight) // weight.shape[1]
    REST[rest](model, streams)
    stream = streams.weight("hidden_map")
    for matrix in weight.chunk(count if gates == "separate" else 1):
        LAWS[hidden](matrix, stream)
    if not isinstance(forget_bias, str):
        _set_forget_bias(model, count, forget_bias)


def _set_forget_bias(model: nn.Module, gates: int, value: float) -> None:
    if gates != LSTM_GATES:
        raise InitbenchError(
            f"The recurrent init got forget_bias = {value}, but the model has {gates} of an "
            "LSTM's 4 gates; use an LSTM, or leave forget_bias out."
        )
    layers = dict(weight_layers(model))
    for name, share in (("input_map", value), ("hidden_map", 0.0)):
        nn.init.constant_(bias_of(name, layers[name]).chunk(gates)[FORGET], share)


def _hidden_weight(model: nn.Module) -> Tensor:
    layers = dict(weight_layers(model))
    if list(layers) != LAYERS:
        raise InitbenchError(
            f"The recurrent init fills the layers {', '.join(LAYERS)}, but the model has "
            f"{', '.join(layers)}; use an architecture of the family recurrent."
        )
    return layers["hidden_map"].weight


def _fill_as_torch(model: nn.Module, streams: Streams) -> None:
    """Draw all weights and biases from U(±1/√h), as torch's recurrent layers do."""
    bound = 1 / math.sqrt(_hidden_weight(model).shape[1])
    for name, layer in weight_layers(model):
        nn.init.uniform_(layer.weight, -bound, bound, generator=streams.weight(name))
        nn.init.uniform_(bias_of(name, layer), -bound, bound, generator=streams.bias(name))


REST: dict[str, Callable[[nn.Module, Streams], None]] = {
    "xavier": initialize_xavier,
    "default": _fill_as_torch,
}
