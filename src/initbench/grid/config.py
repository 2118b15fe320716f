"""Read config.yaml, refuse what makes no sense, and expand the grid into cells; torch-free."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from initbench import probes
from initbench.errors import unknown
from initbench.grid import config_checks, folders, yaml_schemas
from initbench.grid.config_checks import Misplaced, at, placed
from initbench.training.protocol import extended, shorten

SCHEMA = Path("workflow/schemas/config.schema.yaml")
Config = config_checks.Config
settings = probes.settings


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


def validate(
    config: Config, root: Path, files: Sequence[Path] = (), command_line: Collection[str] = ()
) -> None:
    """Raise InitbenchError, one sentence, at the first thing in `config` that makes no sense.

    `root` is the project's folder, where the schema and the methods' rules lie; `files` are those
    that `config` was read from, the last one laid over the others, to name file, line and column;
    the keys `command_line` were given by `--config`.
    """
    try:
        error = yaml_schemas.fault(config, yaml_schemas.schema(root / SCHEMA))
        if error is not None:
            with at(*yaml_schemas.place(error)):
                raise yaml_schemas.sentence(error)
        config_checks.check(config, root)
    except Misplaced as error:
        raise placed(error, files, command_line) from None
    folders.check(config, root)


def experiments(config: Config) -> dict[str, Any]:
    """Return the experiments that are run: all but those that `without` names."""
    out = config.get("without", [])
    return {name: entry for name, entry in config["experiments"].items() if name not in out}


def cells(config: Config) -> Iterator[Cell]:
    """Yield every training job of the grid, in the order of config.yaml."""
    for name, experiment in experiments(config).items():
        for crossing in experiment["grid"]:
            seeds, block = _seeds(config, experiment["bed"], crossing)
            for dataset, architecture, init in _names(crossing):
                for start in range(0, seeds, block):
                    first = config["seed_base"] + start
                    yield Cell(name, dataset, architecture, init, first, block)


def _names(crossing: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Return each dataset, architecture and init of a crossing."""
    return product(crossing["datasets"], crossing["architectures"], crossing["inits"])


def _seeds(config: Config, bed: str, crossing: Mapping[str, Any]) -> tuple[int, int]:
    """Return the number of seeds, in whole blocks, and the block size; the preview cuts both."""
    most = config.get("reduce", {}).get("seeds", {}).get(bed, crossing["seeds"])
    seeds, block = min(crossing["seeds"], most), crossing["block"]
    return (seeds, seeds) if seeds < block else (seeds - seeds % block, block)


def seeds_of(config: Config, experiment: str) -> int:
    """Return the largest number of seeds among the cells of `experiment`."""
    spec = config["experiments"][experiment]
    return max(_seeds(config, spec["bed"], crossing)[0] for crossing in spec["grid"])


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
    protocol = extended(config["protocols"][experiment["protocol"]], crossing)
    epochs = config.get("reduce", {}).get("epochs", {}).get(experiment["bed"])
    return protocol if epochs is None else shorten(protocol, epochs)


def _holds(crossing: Mapping[str, Any], cell: Any) -> bool:
    return (
        cell.dataset in crossing["datasets"]
        and cell.architecture in crossing["architectures"]
        and cell.init in crossing["inits"]
    )


def probe_spec(config: Config, probe: str, init: str) -> dict[str, Any]:
    """Return all that the names of a probe's job mean, as plain data: the parameters of its rule.

    `draws` is cut in the preview.
    """
    entry = config["probes"][probe]
    return {
        "probe": settings(entry),
        "init": dict(config["inits"][init]),
        "first": config["seed_base"],
        "draws": _most_draws(config, entry["bed"], entry["draws"]),
    }


def ensemble_spec(config: Config, ensemble: str) -> dict[str, Any]:
    """Return an ensemble of random matrices, cut in the preview, and the seed base."""
    entry = dict(config["matrices"][ensemble])
    bed = entry.pop("bed")
    for key in {"draws", "starts"} & set(entry):
        entry[key] = _most_draws(config, bed, entry[key])
    return {"ensemble": entry, "seed": config["seed_base"]}


def _most_draws(config: Config, bed: str, wanted: int) -> int:
    """Return `wanted`, or what the preview allows a bed if that is less."""
    most: int = config.get("reduce", {}).get("draws", {}).get(bed, wanted)
    return min(wanted, most)
