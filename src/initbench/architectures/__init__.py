"""Architectures, one file a family; `build` makes one from its entry in config.yaml."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from initbench.errors import unknown
from initbench.values import check_keywords

if TYPE_CHECKING:
    from initbench.architectures._feedforward import Feedforward


def families() -> list[str]:
    """Return the names of all families: the files of this folder; imports no torch."""
    return sorted(p.stem for p in Path(__file__).parent.glob("[!_]*.py"))


def source_file(family: str) -> Path:
    """Return the file that defines `family`."""
    return Path(__file__).with_name(f"{family}.py")


def check(spec: Mapping[str, Any]) -> None:
    """Raise InitbenchError unless `spec` names a family and gives it only parameters it has."""
    family = spec.get("family", "")
    if family not in families():
        raise unknown("architecture family", family, families())
    given = {name: value for name, value in spec.items() if name != "family"}
    check_keywords(f"architecture family '{family}'", source_file(family), "build", given)


def build(spec: Mapping[str, Any]) -> "Feedforward":
    """Return the network of `spec` on the CPU in float32, its parameters not yet filled."""
    import torch

    check(spec)
    family = importlib.import_module(f"initbench.architectures.{spec['family']}")
    with torch.device("meta"):  # no draw from the global stream
        model = family.build(**{k: v for k, v in spec.items() if k != "family"})
    network: Feedforward = model.to_empty(device="cpu")
    return network
