"""Init methods: one file a method, found by its name; nothing here imports torch early."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from initbench.inits import catalogue
from initbench.inits.method import Parameters, Streams

if TYPE_CHECKING:
    from torch import nn


def load(name: str) -> ModuleType:
    """Import and return the module of the method `name`; raises InitbenchError if unknown."""
    return import_module(f"initbench.inits.{catalogue.source_file(name).stem}")


def initialize(model: "nn.Module", name: str, parameters: Parameters, seed: int) -> None:
    """Fill every parameter of `model` in place by the method `name` with the streams of `seed`.

    Raises InitbenchError for an unknown method, a parameter that does not fit it, or a model to
    which the method does not apply.
    """
    catalogue.check(name, parameters)
    load(name).initialize(model, Streams(seed), **parameters)
