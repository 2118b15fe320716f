"""Data sets, one file a source; `prepare` writes what `load` hands to training. Torch-free."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from numpy.random import RandomState

from initbench.datasets._manifest import read as read_manifest
from initbench.datasets._planar import PlanarSource
from initbench.datasets._source import Form, Source, Spec, Split
from initbench.discovery import load as load_module
from initbench.discovery import module_file, modules, shown
from initbench.errors import InitbenchError

__all__ = [
    "FIRST_SEED", "Form", "Split", "check_all", "check_spec", "draw", "form", "load", "prepare",
    "read_manifest", "source_file", "sources", "train_samples",
]  # fmt: skip

FIRST_SEED = 2_000_000


def sources() -> list[str]:
    """Return the names of all sources, sorted."""
    return list(modules("datasets"))


def check_all() -> None:
    """Raise InitbenchError if a source's file, used or not, could not run; imports them all."""
    for name in sources():
        _named(name)


def source_file(source: str) -> Path:
    """Return the file that defines `source`; InitbenchError if there is none."""
    return module_file("datasets", "data source", source)


def _source(spec: Spec) -> Source:
    return _named(str(spec.get("source", "")))


@cache
def _named(name: str) -> Source:
    """Return the `SOURCE` of a file, which bears its name."""
    file = source_file(name)
    source: Source | None = getattr(load_module("datasets", name), "SOURCE", None)
    if source is None or source.name != name:
        found = "no `SOURCE`" if source is None else f"the data source '{source.name}'"
        raise InitbenchError(
            f"{shown(file)} defines {found}, but must have one of its own name, '{name}'; "
            "correct it, or let the file's name begin with an underscore."
        )
    return source


def check_spec(spec: Spec) -> None:
    """Raise InitbenchError unless `spec` names a source and gives its keys possible values."""
    _source(spec).check(spec)


def train_samples(spec: Spec) -> int:
    """Return the number of training samples of a data set, without its data."""
    return _source(spec).train_samples(spec)


def form(spec: Spec) -> Form:
    """Return the form of a data set, without downloading or preparing it."""
    check_spec(spec)
    return _source(spec).form(spec)


def prepare(
    spec: Spec, data_folder: Path, out_folder: Path, seed: int = FIRST_SEED
) -> dict[str, Any]:
    """Write a data set and manifest.json into `out_folder`; return the manifest.

    `data_folder` is where image sets are looked for; `seed` draws the sample of a planar set.
    """
    check_spec(spec)
    return _source(spec).prepare(spec, Path(data_folder), Path(out_folder), seed)


def load(spec: Spec, prepared: Path, seeds: Sequence[int]) -> Split:
    """Return the arrays of `seeds`; `prepared` is the folder that `prepare` wrote."""
    check_spec(spec)
    return _source(spec).load(spec, Path(prepared), seeds)


def draw(spec: Spec, stream: RandomState) -> Split:
    """Return one draw of a planar set from any stream (a literal replay's), leading axis 1."""
    check_spec(spec)
    source = _source(spec)
    if not isinstance(source, PlanarSource):
        raise InitbenchError(
            f"Source '{spec['source']}' is stored, not drawn; use load instead of draw."
        )
    return source.split(spec, stream)
