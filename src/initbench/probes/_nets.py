"""Nets as an init leaves them, in float64, and the signals that run through them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from initbench import inits
from initbench.architectures._activations import activation
from initbench.architectures._feedforward import Feedforward
from initbench.architectures.mlp import MLP
from initbench.errors import InitbenchError
from initbench.inits._common import weight_layers
from initbench.seeds import torch_stream

SAMPLES = 256
CLASSES = 2  # of the head, at which no measurement looks


def gaussian(seed: int, name: str, *shape: int) -> Tensor:
    """Return standard normal numbers of `shape` in float64 from the stream `name` of `seed`."""
    stream = torch_stream(seed, "data", name)
    return torch.randn(shape, generator=stream, dtype=torch.float64)


def draw(
    build: Callable[[], Feedforward], init: Mapping[str, Any], seed: int, inputs: Tensor
) -> Feedforward:
    """Return the net of `build` in float64, filled by the config entry `init` from `seed`.

    A calibrated init measures `inputs` (n, features...).
    """
    with torch.device("meta"):  # no draw from the global stream
        model = build()
    model = model.double().to_empty(device="cpu")
    parameters = {name: value for name, value in init.items() if name != "method"}
    inits.initialize(model, init["method"], parameters, seed, inputs)
    return model


def draw_mlp(
    sizes: Sequence[int], name: str, init: Mapping[str, Any], seed: int, inputs: Tensor
) -> Feedforward:
    """Return a drawn net of layers between successive `sizes` with the activation `name`."""
    return draw(partial(MLP, [*sizes, CLASSES], name), init, seed, inputs)


def trial_draws(
    init: Mapping[str, Any], sizes: Sequence[int], activations: Sequence[str]
) -> dict[str, Tensor]:
    """Return all parameters of one draw by activation, without the activations `init` refuses.

    Equal draws tell that the init does not look at the activation. Raises InitbenchError for an
    unknown activation, or if the init refuses all.
    """
    inputs = gaussian(0, "inputs", SAMPLES, sizes[0])
    draws: dict[str, Tensor] = {}
    for name in activations:
        activation(name)
        try:
            net = draw_mlp(sizes, name, init, 0, inputs)
        except InitbenchError as error:
            refusal = error
        else:
            draws[name] = nn.utils.parameters_to_vector(net.parameters())
    if not draws:
        raise refusal
    return draws


def signals(model: Feedforward, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """Return the output of each weight layer and the state after its activation, head included.

    All are (n, features...), for inputs `x` (n, features...).
    """
    outputs: list[Tensor] = []

    def keep(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        outputs.append(output)

    layers = [model.get_submodule(name) for name, _ in weight_layers(model)]
    hooks = [layer.register_forward_hook(keep) for layer in layers]
    states = [state for _, state in model.states(x)]
    for hook in hooks:
        hook.remove()
    return outputs, states
