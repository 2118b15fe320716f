"""Read config.yaml, refuse what makes no sense, and expand the grid into cells; torch-free."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from jsonschema.exceptions import ValidationError

from initbench import architectures, datasets, inits, probes
from initbench.errors import InitbenchError, unknown
from initbench.grid import yaml_schemas
from initbench.matrices import ensembles
from initbench.training.protocol import Protocol, shorten

SCHEMA = Path("workflow/schemas/config.schema.yaml")
Config = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One training job: an experiment's cell with one block of seeds."""

    experiment: str
    dataset: str
    architecture: str
    init: str
    first: int
    count: int

    @property
    def seeds(self) -> str:
        """Return the block's name in paths, such as 2000000-2000199."""
        return f"{self.first}-{self.first + self.count - 1}"

    @property
    def folder(self) -> str:
        """Return the cell's folder below `results/runs`."""
        parts = (self.experiment, self.dataset, self.architecture, self.init, self.seeds)
        return "/".join(parts)


def validate(config: Config, root: Path) -> None:
    """Raise InitbenchError, one sentence, at the first thing in `config` that makes no sense.

    `root` is the project's folder, where the schema and the methods' rules lie.
    """
    error = yaml_schemas.fault(config, yaml_schemas.schema(root / SCHEMA))
    if error is not None:
        raise _sentence(error)
    _check_entries(config, root)
    _check_experiments(config)
    _check_measurements(config)
    for name in config.get("without", []):
        if name not in config["experiments"]:
            raise unknown("experiment in `without`:", name, config["experiments"])
    for key in ("results", "reports"):
        _check_folder(key, Path(config[key]))


def _sentence(error: ValidationError) -> InitbenchError:
    """Return jsonschema's error as one sentence, with a suggestion for an unknown key."""
    place = ".".join(str(part) for part in error.absolute_path) or "the top level"
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        known = error.schema.get("properties", {})
        key = next(k for k in error.instance if k not in known)
        return unknown(f"key at {place} of config.yaml:", str(key), known)
    return InitbenchError(f"In config.yaml at {place}: {error.message}; please correct it.")


def _check_folder(key: str, folder: Path) -> None:
    """Refuse a folder that cannot be written; one that is not there yet is made later."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not (there.is_dir() and os.access(there, os.W_OK | os.X_OK)):
        raise InitbenchError(
            f"'{there}' is not a folder that can be written, but `{key}` of config.yaml is "
            f"'{folder}'; free that path or name another folder."
        )


def _check_entries(config: Config, root: Path) -> None:
    for spec in config["datasets"].values():
        datasets.check_spec(spec)
    for spec in config["architectures"].values():
        architectures.check(spec)
    for name, spec in config["inits"].items():
        parameters = {key: value for key, value in spec.items() if key != "method"}
        inits.check(spec["method"], parameters)
        _check_rule(name, spec["method"], root)
    for spec in config["protocols"].values():
        Protocol.of(spec)


def _check_rule(name: str, method: str, root: Path) -> None:
    rule = Path("workflow/rules/inits") / f"{method}.smk"
    if not (root / rule).exists():
        raise InitbenchError(
            f"The init '{name}' uses the method '{method}', which has no rule; "
            f"add {rule} (see workflow/scaffold)."
        )


def _check_measurements(config: Config) -> None:
    for name, spec in config.get("probes", {}).items():
        probes.check(settings(spec))
        for init in spec["inits"]:
            if init not in config["inits"]:
                raise unknown(f"name in inits of probe '{name}':", init, config["inits"])
    for spec in config.get("matrices", {}).values():
        ensembles.check(spec)


def _check_experiments(config: Config) -> None:
    for name, experiment in config["experiments"].items():
        if experiment["protocol"] not in config["protocols"]:
            raise unknown(
                f"protocol of experiment '{name}':", experiment["protocol"], config["protocols"]
            )
        for crossing in experiment["grid"]:
            _check_crossing(config, name, crossing)
            Protocol.of(_extended(config["protocols"][experiment["protocol"]], crossing))
        _check_once(name, experiment["grid"])


def _check_once(name: str, grid: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a cell in two crossings, even with other blocks: its seeds would count twice."""
    times = Counter(names for crossing in grid for names in _names(crossing))
    names, most = times.most_common(1)[0]
    if most > 1:
        cell = "/".join((name, *names))
        raise InitbenchError(f"The grid has the cell {cell} twice; remove it from one crossing.")


def _check_crossing(config: Config, name: str, crossing: Mapping[str, Any]) -> None:
    for kind in ("datasets", "architectures", "inits"):
        for entry in crossing[kind]:
            if entry not in config[kind]:
                raise unknown(f"name in {kind} of experiment '{name}':", entry, config[kind])
    seeds, block = crossing["seeds"], crossing["block"]
    if seeds % block:
        raise InitbenchError(
            f"Experiment '{name}' has {seeds} seeds in blocks of {block}; make `seeds` a multiple "
            f"of `block`, for instance {(seeds // block + 1) * block}."
        )


def experiments(config: Config) -> dict[str, Any]:
    """Return the experiments that are run: all but those that `without` names."""
    out = config.get("without", [])
    return {name: entry for name, entry in config["experiments"].items() if name not in out}


def cells(config: Config) -> Iterator[Cell]:
    """Yield every training job of the grid, in the order of config.yaml."""
    for name, experiment in experiments(config).items():
        for crossing in experiment["grid"]:
            seeds, block = _seeds(config, experiment["family"], crossing)
            for dataset, architecture, init in _names(crossing):
                for start in range(0, seeds, block):
                    first = config["seed_base"] + start
                    yield Cell(name, dataset, architecture, init, first, block)


def _names(crossing: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Return each dataset, architecture and init of a crossing."""
    return product(crossing["datasets"], crossing["architectures"], crossing["inits"])


def _seeds(config: Config, family: str, crossing: Mapping[str, Any]) -> tuple[int, int]:
    """Return the number of seeds, in whole blocks, and the block size; the preview cuts both."""
    most = config.get("reduce", {}).get("seeds", {}).get(family, crossing["seeds"])
    seeds, block = min(crossing["seeds"], most), crossing["block"]
    return (seeds, seeds) if seeds < block else (seeds - seeds % block, block)


def seeds_of(config: Config, experiment: str) -> int:
    """Return the largest number of seeds among the cells of `experiment`."""
    spec = config["experiments"][experiment]
    return max(_seeds(config, spec["family"], crossing)[0] for crossing in spec["grid"])


def cell_spec(config: Config, cell: Any) -> dict[str, Any]:
    """Return all that the names of `cell` mean, as plain data: the parameters of its rule.

    `cell` is a Cell or anything else with its experiment, dataset, architecture and init.
    """
    limit = config.get("reduce", {}).get("train_samples")
    return {
        "dataset": dict(config["datasets"][cell.dataset]),
        "architecture": dict(config["architectures"][cell.architecture]),
        "init": dict(config["inits"][cell.init]),
        "protocol": _protocol_spec(config, cell),
        **({"train_samples": limit} if limit else {}),
    }


def _protocol_spec(config: Config, cell: Any) -> dict[str, Any]:
    """Return the protocol entry of a cell with its crossing's wishes, shortened in the preview."""
    if cell.experiment not in config["experiments"]:
        raise unknown("experiment", cell.experiment, config["experiments"])
    experiment = config["experiments"][cell.experiment]
    crossing = next(c for c in experiment["grid"] if _holds(c, cell))
    protocol = _extended(config["protocols"][experiment["protocol"]], crossing)
    epochs = config.get("reduce", {}).get("epochs", {}).get(experiment["family"])
    return protocol if epochs is None else shorten(protocol, epochs)


def _extended(protocol: Mapping[str, Any], crossing: Mapping[str, Any]) -> dict[str, Any]:
    """Return a protocol entry with what its crossing also evaluates and records."""
    wishes = crossing.get("also", {})
    return {**protocol, **{k: {**protocol.get(k, {}), **more} for k, more in wishes.items()}}


def _holds(crossing: Mapping[str, Any], cell: Any) -> bool:
    return (
        cell.dataset in crossing["datasets"]
        and cell.architecture in crossing["architectures"]
        and cell.init in crossing["inits"]
    )


def settings(probe: Mapping[str, Any]) -> dict[str, Any]:
    """Return a probe's entry without what the workflow needs of it: measure and its settings."""
    return {key: value for key, value in probe.items() if key not in ("family", "inits", "draws")}


def probe_spec(config: Config, probe: str, init: str) -> dict[str, Any]:
    """Return all that the names of a probe's job mean, as plain data: the parameters of its rule.

    `draws` is cut in the preview.
    """
    entry = config["probes"][probe]
    return {
        "probe": settings(entry),
        "init": dict(config["inits"][init]),
        "first": config["seed_base"],
        "draws": _most_draws(config, entry["family"], entry["draws"]),
    }


def ensemble_spec(config: Config, ensemble: str) -> dict[str, Any]:
    """Return an ensemble of random matrices, cut in the preview, and the seed base."""
    entry = config["matrices"][ensemble]
    numbers = {
        key: _most_draws(config, "E5", entry[key]) for key in ("draws", "starts") if key in entry
    }
    return {"ensemble": {**entry, **numbers}, "seed": config["seed_base"]}


def _most_draws(config: Config, family: str, wanted: int) -> int:
    """Return `wanted`, or what the preview allows a family if that is less."""
    most: int = config.get("reduce", {}).get("draws", {}).get(family, wanted)
    return min(wanted, most)
