"""What config.yaml has of each data source and architecture family: the tables of the contracts."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from initbench import architectures, datasets

ROOT = Path(__file__).parents[1]
CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
Spec = Mapping[str, Any]


def of_sources() -> dict[str, Spec]:
    """Return the first entry of each source that is found."""
    entries = list(CONFIG["datasets"].values())
    return {name: _first(entries, "source", name) for name in datasets.sources()}


def of_families(but: Collection[str] = ()) -> dict[str, tuple[Spec, datasets.Form]]:
    """Return the first entry of each family `but` some, and the form of data that it can read."""
    entries = list(CONFIG["architectures"].values())
    wanted = [name for name in architectures.families() if name not in but]
    nets = {name: _first(entries, "family", name) for name in wanted}
    return {name: (net, _readable(net)) for name, net in nets.items()}


def _first(entries: list[Spec], key: str, name: str) -> Spec:
    found = next((entry for entry in entries if entry[key] == name), None)
    assert found, f"config.yaml has no entry whose {key} is {name}; give it one"
    return found


def _readable(net: Spec) -> datasets.Form:
    """Return the form of an experiment's data that `net` is trained on, or else of any it fits."""
    name = next(name for name, entry in CONFIG["architectures"].items() if entry == net)
    grids = [crossing for e in CONFIG["experiments"].values() for crossing in e["grid"]]
    crossed = [c["datasets"][0] for c in grids if name in c["architectures"]]
    forms = (datasets.form(CONFIG["datasets"][data]) for data in [*crossed, *CONFIG["datasets"]])
    return next(form for form in forms if _fits(net, form))


def _fits(net: Spec, form: datasets.Form) -> bool:
    import torch

    try:
        answer = architectures.build(net)(torch.zeros(2, *form.sample))
    except (RuntimeError, ValueError, IndexError):
        return False
    return answer.shape == (2, form.classes or form.outputs)
