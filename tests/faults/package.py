"""What the campaign calls of the package under test, imported late: from its laid project.

Wherever a module moves, this is the one file of the campaign that follows.
"""

from pathlib import Path
from typing import Any


def check(config: dict[str, Any], project: Path) -> None:
    """Refuse a config that makes no sense, and init files that cannot be used."""
    from initbench import discovery
    from initbench.inits import _catalogue

    discovery.modules.cache_clear()  # the file of the case is newer than what was found before
    validate(config, project)
    _catalogue.check_all()


def validate(config: dict[str, Any], project: Path) -> None:
    """Refuse a config that makes no sense, or that names documents that are not there."""
    from initbench.claims import load
    from initbench.grid import config as grid

    grid.validate(config, project)
    ledger = load(project / "workflow/claims")
    for document in config["documents"]:
        ledger.document(document)


def expand(config: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the cells of `config` mean, read as planning does, with probes and matrices."""
    from initbench.grid import config as grid

    specs = [grid.cell_spec(config, cell) for cell in grid.cells(config)]
    for probe, entry in config.get("probes", {}).items():
        specs += [grid.probe_spec(config, probe, init) for init in entry["inits"]]
    return specs + [grid.ensemble_spec(config, name) for name in config.get("matrices", {})]


def warm_up() -> None:
    """Import once what the children of a campaign need, and read what they would read again."""
    import pandas as pd  # noqa: F401
    import torch
    import torchvision.datasets  # noqa: F401

    from initbench import datasets, jobs  # noqa: F401
    from initbench.environment import environment
    from initbench.training import engine  # noqa: F401

    torch.optim.SGD([torch.zeros(1)])  # the class imports the compiler
    environment()


def train_job(spec: dict[str, Any], prepared: Path, seeds: range, outputs: dict[str, Path]) -> None:
    """Train one cell as its job does."""
    from initbench.training.job import run

    run(spec, prepared, seeds, {"fingerprint": "x"}, outputs)


def train_block(*arguments: Any) -> dict[str, Any]:
    """Train a block of seeds; return its tables."""
    from initbench.training.engine import train_block as train

    return train(*arguments)


def protocol(entry: dict[str, Any]) -> Any:
    """Return the protocol of its entry in config.yaml."""
    from initbench.training.protocol import Protocol

    return Protocol.of(entry)


def initialize(model: Any, method: str, seed: int) -> None:
    """Fill a model."""
    from initbench import inits

    inits.initialize(model, method, {}, seed)


def order(seed: int, epoch: int) -> Any:
    """Return the stream of the order of an epoch's samples."""
    from initbench.seeds import torch_stream

    return torch_stream(seed, "order", str(epoch))


def job(log: Path) -> Any:
    """Return the context in which every job of the workflow does its work."""
    from initbench.jobs.job import job as begin

    return begin(str(log))


def prepare(spec: dict[str, Any], data: Path, out: Path) -> None:
    """Prepare a data set."""
    from initbench import datasets

    datasets.prepare(spec, data, out)


def load(spec: dict[str, Any], prepared: Path, seeds: list[int]) -> Any:
    """Return the arrays of a prepared data set."""
    from initbench import datasets

    return datasets.load(spec, prepared, seeds)


def described(prepared: Path) -> dict[str, Any]:
    """Return the manifest of a prepared data set."""
    from initbench.datasets import read_manifest

    return read_manifest(prepared)


def split(*arrays: Any) -> Any:
    """Return training and test arrays as the engine takes them."""
    from initbench.datasets import Split

    return Split(*arrays)


def collect(expected: dict[str, Any], outputs: dict[str, Path]) -> None:
    """Join shards as the workflow does."""
    from initbench.tables.collect import collect as join

    join(expected, outputs, ["dataset", "architecture", "init", ""])


def tables(folder: Path) -> list[Any]:
    """Return the collected tables of the tiny grid, as all that comes after reads them."""
    from initbench.tables.read import Tables

    found = Tables(folder)
    return [found.curves("tiny"), found.layers("tiny"), found.outcomes("tiny")]
