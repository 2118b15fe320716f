"""The card of each init method: its texts, its instances, its law and its signals, measured."""

from collections.abc import Mapping, Sequence
from typing import Any

from initbench.cards.laws import law
from initbench.cards.signals import signals
from initbench.inits import card, names
from initbench.tables.read import Tables

Config = Mapping[str, Any]


def cards(
    inits: Mapping[str, Config], nets: Mapping[str, Config], tables: Tables, probes: Sequence[str]
) -> list[dict[str, Any]]:
    """Return one record a method: the fields of its card, `instances`, `law` and `signals`.

    `inits` are the entries of config.yaml, `nets` gives for a method an architecture that it
    fills in the grid, and `probes` names the measurements of how signals propagate.
    """
    return [_card(name, inits, nets.get(name), tables, probes) for name in names()]


def _card(
    name: str,
    inits: Mapping[str, Config],
    net: Config | None,
    tables: Tables,
    probes: Sequence[str],
) -> dict[str, Any]:
    instances = [init for init, entry in inits.items() if entry["method"] == name]
    given = inits[instances[0]] if instances else {}
    return {
        **card(name),
        "instances": instances,
        "law": law(name, {k: v for k, v in given.items() if k != "method"}, net),
        "signals": signals(tables, instances, probes),
    }
