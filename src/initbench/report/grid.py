"""What was run, in the words of a methods section, from the configuration alone."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from initbench.errors import InitbenchError
from initbench.grid.config import Cell, Config, cell_spec, cells, ensemble_spec, probe_spec
from initbench.report.inputs import Record
from initbench.training.protocol import Protocol


def summary(config: Config, experiments: Iterable[str]) -> Record:
    """Return the seed base, the beds, what was trained, and what was measured without training.

    An experiment has bed, recipe, cells, seeds and runs; a measurement bed, settings, draws. Both
    are in the order of the beds.
    """
    order = list(config["beds"])
    return {
        "seed_base": config["seed_base"],
        "beds": {name: bed["title"] for name, bed in config["beds"].items()},
        "experiments": _sorted(order, (_experiment(config, name) for name in experiments)),
        "measurements": _sorted(order, [*_probes(config), *_ensembles(config)]),
    }


def _sorted(beds: Sequence[str], records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda record: beds.index(record["bed"]))


def _probes(config: Config) -> Iterator[Record]:
    for name, entry in config.get("probes", {}).items():
        spec = probe_spec(config, name, entry["inits"][0])
        chosen = {**spec["probe"], "inits": len(entry["inits"])}
        yield _measurement(name, entry["bed"], chosen, spec["draws"])


def _ensembles(config: Config) -> Iterator[Record]:
    for name, entry in config.get("matrices", {}).items():
        spec = ensemble_spec(config, name)["ensemble"]
        chosen = {key: spec[key] for key in ("size", "steps") if key in spec}
        yield _measurement(name, entry["bed"], chosen, spec.get("draws", spec.get("starts")))


def _measurement(name: str, bed: str, chosen: Mapping[str, Any], draws: int) -> Record:
    words = [f"{key} {_listed(value)}" for key, value in chosen.items()]
    return {"name": name, "bed": bed, "settings": ", ".join(words), "draws": draws}


def _listed(value: Any) -> str:
    return " / ".join(map(str, value)) if isinstance(value, list) else str(value)


def recipe(spec: Mapping[str, Any]) -> str:
    """Return a protocol as a phrase, such as 'Adam, learning rate 0.001, batch 64, 10 epochs'."""
    protocol = Protocol.of(spec)
    name = {"sgd": "SGD", "adam": "Adam"}[protocol.optimizer]
    if protocol.momentum:
        name += f" with momentum {protocol.momentum:g}"
    batch = "full batch" if protocol.batch == "full" else f"batch {protocol.batch}"
    rates = " / ".join(f"{rate:g}" for rate in protocol.rates)
    choice = f"learning rate {rates}"
    if protocol.tuning:
        choice = (
            f"the best learning rate of {rates} and, where that is an end, of rates further out"
        )
    parts = [name, choice, batch, f"{protocol.epochs} epochs"]
    if protocol.kick:
        parts.append(
            f"noise of std {protocol.kick['std']:g} after epoch {protocol.kick['after_epoch']}"
        )
    return ", ".join(parts)


def cells_of(config: Config, experiment: str) -> list[Cell]:
    """Return the training jobs of one experiment; raise InitbenchError for an empty one."""
    found = [cell for cell in cells(config) if cell.experiment == experiment]
    if not found:
        raise InitbenchError(f"Experiment '{experiment}' has no cells; give its grid an entry.")
    return found


def recipe_of(config: Config, experiment: str) -> str:
    """Return the recipe of an experiment as a phrase; all its cells share it."""
    return recipe(cell_spec(config, cells_of(config, experiment)[0])["protocol"])


def is_tuned(config: Config, experiment: str) -> bool:
    """Return whether an experiment chooses the learning rate of each cell."""
    return bool(cell_spec(config, cells_of(config, experiment)[0])["protocol"].get("tuning"))


def _experiment(config: Config, name: str) -> Record:
    seeds: Counter[tuple[str, str, str]] = Counter()
    for cell in cells_of(config, name):
        seeds[cell.dataset, cell.architecture, cell.init] += cell.count
    few, many = min(seeds.values()), max(seeds.values())
    return {
        "experiment": name,
        "bed": config["experiments"][name]["bed"],
        "recipe": recipe_of(config, name),
        "cells": len(seeds),
        "seeds": str(few) if few == many else f"{few} to {many}",
        "runs": seeds.total(),
    }
