"""Init methods: one file a method, found by its name; nothing here imports torch early."""

from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

from initbench import discovery
from initbench.errors import InitbenchError
from initbench.inits._catalogue import (
    card,
    check,
    check_all,
    is_own,
    look_in,
    names,
    parameters,
    source_file,
)
from initbench.inits._method import Parameters, Streams

__all__ = [
    "card", "check", "check_all", "initialize", "is_own", "load", "look_in", "names", "parameters",
    "source_file",
]  # fmt: skip

if TYPE_CHECKING:
    from torch import Tensor, nn


def load(name: str) -> ModuleType:
    """Import and return the module of the method `name`.

    Raises InitbenchError if it is unknown or cannot be imported.
    """
    folder = str(source_file(name).parent)
    if folder not in __path__:
        __path__.append(folder)
    return discovery.load("inits", name)


def initialize(
    model: "nn.Module",
    name: str,
    parameters: Parameters,
    seed: int,
    inputs: "Tensor | None" = None,
) -> None:
    """Fill every parameter of `model` in place by the method `name` with the streams of `seed`.

    A calibrated method measures the model on `inputs` (n, features...), and no other method looks
    at them. Modules with a fixed start, such as LayerNorm, are set first. Layout, device and half
    precision of the model change no draw: it is made in float32 and rounded. Raises InitbenchError
    for an unknown method, a parameter that does not fit it, a calibrated method without inputs, a
    model to which the method does not apply, and a method that breaks `_contract`; then the values
    of the parameters are undefined.
    """
    from initbench.inits import _contract, _global_state
    from initbench.inits._common import reset_fixed_starts

    check(name, parameters)
    owner = f"init method '{name}'"
    with _global_state.kept(owner):
        method = load(name)
        with _contract.plain_memory(model), _contract.filled(owner, model):
            reset_fixed_starts(model)
            batch = _batch(owner, model, inputs) if method.METHOD.calibrated else []
            _run(
                owner, model, partial(method.initialize, model, Streams(seed), *batch, **parameters)
            )
    _contract.check_finite(owner, model)


def _batch(owner: str, model: "nn.Module", inputs: "Tensor | None") -> "list[Tensor]":
    """Return a copy of `inputs` in the precision of the model, as the only item of a list."""
    if inputs is None:
        raise InitbenchError(
            f"The {owner} measures the model on data but got none; give a batch as `inputs`."
        )
    return [inputs.detach().to(next(model.parameters()), copy=True)]


def _run(owner: str, model: "nn.Module", initialize: Callable[[], object]) -> None:
    try:
        returned = initialize()
    except SystemExit:
        raise InitbenchError(
            f"The {owner} ends the program with sys.exit; raise InitbenchError instead."
        ) from None
    if returned is not None and returned is not model:
        raise InitbenchError(
            f"The {owner} returns a {type(returned).__name__}, but must fill the model that it "
            "got; return None."
        )
