"""Measurements on nets as an init leaves them, without training; one file each."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from initbench.discovery import load, module_file, modules
from initbench.errors import InitbenchError
from initbench.values import check_keywords

if TYPE_CHECKING:
    import pyarrow as pa

Spec = Mapping[str, Any]


def measurements() -> list[str]:
    """Return the names of all measurements, sorted; imports no torch."""
    return list(modules("probes"))


def source_file(name: str) -> Path:
    """Return the file of the measurement `name`; raises InitbenchError if there is none."""
    return module_file("probes", "measurement at initialization", name)


def check(spec: Spec) -> None:
    """Raise InitbenchError unless `spec` names a `measure` and gives it the settings it takes."""
    name = spec["measure"]
    for key, value in spec.items():
        if isinstance(value, list) and any(value.count(item) > 1 for item in value):
            raise InitbenchError(
                f"The measurement '{name}' has a value twice in {key} = {value!r:.80}; remove one."
            )
    check_keywords(f"measurement '{name}'", source_file(name), "measure", _settings(spec))


def settings(probe: Spec) -> dict[str, Any]:
    """Return a probe's entry without what the workflow needs of it: measure and its settings."""
    return {key: value for key, value in probe.items() if key not in ("bed", "inits", "draws")}


def measure(spec: Spec, init: Spec, seeds: range) -> "pa.Table":
    """Return what the measurement of `spec` sees in nets that `init` draws from each of `seeds`.

    `init` is an entry of config.yaml. One row a value: activation, width, variant, seed, layer,
    quantity, index, value; in float64. A row depends on its own seed only.
    """
    check(spec)
    table: pa.Table = load("probes", spec["measure"]).measure(init, seeds, **_settings(spec))
    return table


def run(spec: Spec) -> "pa.Table":
    """Return the measurement of a job: its `probe`, its `init`, and `draws` seeds from `first`."""
    return measure(spec["probe"], spec["init"], range(spec["first"], spec["first"] + spec["draws"]))


def _settings(spec: Spec) -> dict[str, Any]:
    return {key: value for key, value in spec.items() if key != "measure"}
