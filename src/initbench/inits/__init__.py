"""Init methods: one file a method, found by its name; nothing here imports torch early."""

from types import ModuleType
from typing import TYPE_CHECKING

from initbench import discovery
from initbench.errors import InitbenchError
from initbench.inits._catalogue import card, check, names, parameters, source_file
from initbench.inits._method import Parameters, Streams

__all__ = ["card", "check", "initialize", "load", "names", "parameters", "source_file"]

if TYPE_CHECKING:
    from torch import Tensor, nn


def load(name: str) -> ModuleType:
    """Import and return the module of the method `name`; raises InitbenchError if unknown."""
    return discovery.load("inits", source_file(name).stem)


def initialize(
    model: "nn.Module",
    name: str,
    parameters: Parameters,
    seed: int,
    inputs: "Tensor | None" = None,
) -> None:
    """Fill every parameter of `model` in place by the method `name` with the streams of `seed`.

    A calibrated method measures the model on `inputs` (n, features...), and no other method looks
    at them. Modules with a fixed start, such as LayerNorm, are set first. Raises InitbenchError
    for an unknown method, a parameter that does not fit it, a calibrated method without inputs,
    or a model to which the method does not apply.
    """
    from initbench.inits._common import reset_fixed_starts

    check(name, parameters)
    method = load(name)
    reset_fixed_starts(model)
    if not method.METHOD.calibrated:
        method.initialize(model, Streams(seed), **parameters)
    elif inputs is None:
        raise InitbenchError(
            f"The init method '{name}' measures the model on data but got none; "
            "give a batch as `inputs`."
        )
    else:
        method.initialize(model, Streams(seed), inputs, **parameters)
