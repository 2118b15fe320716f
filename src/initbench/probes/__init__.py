"""Measurements on nets as an init leaves them, without training (family E4); one file each."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from initbench.errors import unknown
from initbench.values import check_keywords

if TYPE_CHECKING:
    import pyarrow as pa

Spec = Mapping[str, Any]


def measurements() -> list[str]:
    """Return the names of all measurements: the files of this folder; imports no torch."""
    return sorted(p.stem for p in Path(__file__).parent.glob("[!_]*.py"))


def source_file(name: str) -> Path:
    """Return the file of the measurement `name`; raises InitbenchError if there is none."""
    if name not in measurements():
        raise unknown("measurement at initialization", name, measurements())
    return Path(__file__).with_name(f"{name}.py")


def check(spec: Spec) -> None:
    """Raise InitbenchError unless `spec` names a `measure` and gives it the settings it takes."""
    name = spec["measure"]
    check_keywords(f"measurement '{name}'", source_file(name), "measure", _settings(spec))


def measure(spec: Spec, init: Spec, seeds: range) -> "pa.Table":
    """Return what the measurement of `spec` sees in nets that `init` draws from each of `seeds`.

    `init` is an entry of config.yaml. One row a value: activation, width, variant, seed, layer,
    quantity, index, value; in float64. A row depends on its own seed only.
    """
    check(spec)
    module = importlib.import_module(f"{__name__}.{spec['measure']}")
    table: pa.Table = module.measure(init, seeds, **_settings(spec))
    return table


def run(spec: Spec) -> "pa.Table":
    """Return the measurement of a job: its `probe`, its `init`, and `draws` seeds from `first`."""
    return measure(spec["probe"], spec["init"], range(spec["first"], spec["first"] + spec["draws"]))


def _settings(spec: Spec) -> dict[str, Any]:
    return {key: value for key, value in spec.items() if key != "measure"}
