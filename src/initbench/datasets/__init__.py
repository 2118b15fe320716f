"""Data sets, one file a source; `prepare` writes what `load` hands to training. Torch-free."""

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from numpy.random import RandomState

from initbench.datasets.planar import PlanarSource
from initbench.datasets.source import Form, Source, Spec, Split
from initbench.errors import InitbenchError, unknown

__all__ = [
    "FIRST_SEED", "Form", "Split", "check_spec", "draw", "form", "load", "prepare", "source_file",
    "sources", "train_samples",
]  # fmt: skip

FIRST_SEED = 2_000_000


@cache
def _registry() -> dict[str, tuple[Source, Path]]:
    """Return each source of this folder, and its file, by its name."""
    found: dict[str, tuple[Source, Path]] = {}
    for entry in pkgutil.iter_modules(__path__):
        module = _imported(entry.name)
        if source := getattr(module, "SOURCE", None):
            file = Path(str(module.__file__))
            if source.name in found:
                raise InitbenchError(
                    f"{file.name} and {found[source.name][1].name} both define the data source "
                    f"'{source.name}'; rename one of them."
                )
            found[source.name] = (source, file)
    return found


def _imported(name: str) -> ModuleType:
    """Return a module of this folder; InitbenchError, with its file, where its import fails."""
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except (Exception, SystemExit) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
        words = " ".join(str(error).split())
        raise InitbenchError(
            f"src/initbench/datasets/{name}.py{line} cannot be imported "
            f"({type(error).__name__}: {words}); correct it, or remove it."
        ) from error


def sources() -> list[str]:
    """Return the names of all sources."""
    return sorted(_registry())


def source_file(source: str) -> Path:
    """Return the file that defines `source`; InitbenchError if there is none."""
    if source not in _registry():
        raise unknown("data source", source, sources())
    return _registry()[source][1]


def _source(spec: Spec) -> Source:
    name = str(spec.get("source", ""))
    if name not in _registry():
        raise unknown("data source", name, sources())
    return _registry()[name][0]


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
