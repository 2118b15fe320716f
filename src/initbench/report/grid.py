"""What was run, in the words of a methods section, from the configuration alone."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from initbench.config import Cell, Config, cell_spec, cells
from initbench.errors import InitbenchError
from initbench.report.inputs import Record
from initbench.training.protocol import Protocol


def summary(config: Config, experiments: Iterable[str]) -> Record:
    """Return the seed base and, for each experiment, its family, recipe, cells, seeds and runs."""
    return {
        "seed_base": config["seed_base"],
        "experiments": [_experiment(config, name) for name in experiments],
    }


def recipe(spec: Mapping[str, Any]) -> str:
    """Return a protocol as a phrase, such as 'Adam, learning rate 0.001, batch 64, 10 epochs'."""
    protocol = Protocol.of(spec)
    if protocol.epochs == 0:
        return f"no training, measured at init in {protocol.precision}"
    name = {"sgd": "SGD", "adam": "Adam"}[protocol.optimizer]
    batch = "full batch" if protocol.batch == "full" else f"batch {protocol.batch}"
    parts = [name, f"learning rate {protocol.learning_rate:g}", batch, f"{protocol.epochs} epochs"]
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


def _experiment(config: Config, name: str) -> Record:
    seeds: Counter[tuple[str, str, str]] = Counter()
    for cell in cells_of(config, name):
        seeds[cell.dataset, cell.architecture, cell.init] += cell.count
    few, many = min(seeds.values()), max(seeds.values())
    return {
        "experiment": name,
        "family": config["experiments"][name]["family"],
        "recipe": recipe_of(config, name),
        "cells": len(seeds),
        "seeds": str(few) if few == many else f"{few} to {many}",
        "runs": seeds.total(),
    }
