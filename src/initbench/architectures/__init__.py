"""Architectures, one file a family; `build` makes one from its entry in config.yaml."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from initbench.discovery import load, module_file, modules
from initbench.values import check_keywords

if TYPE_CHECKING:
    from initbench.architectures._feedforward import Feedforward


def families() -> list[str]:
    """Return the names of all families, sorted; imports no torch."""
    return list(modules("architectures"))


def source_file(family: str) -> Path:
    """Return the file that defines `family`; InitbenchError if there is none."""
    return module_file("architectures", "architecture family", family)


def check(spec: Mapping[str, Any]) -> None:
    """Raise InitbenchError unless `spec` names a family and gives it only parameters it has."""
    family = spec.get("family", "")
    given = {name: value for name, value in spec.items() if name != "family"}
    check_keywords(f"architecture family '{family}'", source_file(family), "build", given)


def build(spec: Mapping[str, Any]) -> "Feedforward":
    """Return the network of `spec` on the CPU in float32, its parameters not yet an init's.

    The same at each call, whatever it draws, and no draw from the global stream.
    """
    import torch

    check(spec)
    family = load("architectures", spec["family"])
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        network: Feedforward = family.build(**{k: v for k, v in spec.items() if k != "family"})
    return network
