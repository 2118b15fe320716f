"""Claims that were measured at a tuned learning rate and at one rate for all, side by side."""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from initbench.claims import Evidence, Row
from initbench.claims.keys import expanded
from initbench.claims.ledger import WORDS
from initbench.claims.verdict import decide
from initbench.statistics import Estimate

SUFFIX = "_fixed_rate"


def both_rates(rows: Iterable[Row], evidence: Evidence) -> list[dict[str, Any]]:
    """Return one record a claim that has both readings: pairs, verdicts and what is missing.

    `tuned` and `fixed` are the verdicts of the rule by its intervals alone, without Holm's
    correction; `fixed` is None where the rule asks for quantities, `missing`, that were measured
    at the tuned rate only.
    """
    return [
        _record(row, evidence[row.id], names)
        for row in rows
        if row.id in evidence and (names := _paired(row))
    ]


def _paired(row: Row) -> list[str]:
    return [name for name in row.quantities if _at_one_rate(name) in row.quantities]


def _at_one_rate(name: str) -> str:
    """Return the name that a quantity has at one rate: gain[d3] is gain_fixed_rate[d3] there."""
    quantity, bracket, key = name.partition("[")
    return f"{quantity}{SUFFIX}{bracket}{key}"


def _record(row: Row, found: Mapping[str, Estimate], names: list[str]) -> dict[str, Any]:
    fixed = {name: found[_at_one_rate(name)] for name in names}
    missing = sorted(_asked(row) - set(names))
    return {
        "claim": row.id,
        "tuned": _verdict(row, found),
        "fixed": None if missing else _verdict(row, fixed),
        "missing": missing,
        "readings": [
            {
                "quantity": name,
                "meaning": row.quantities[name].means,
                "tuned": found[name].to_dict(),
                "fixed": fixed[name].to_dict(),
            }
            for name in names
        ],
    }


def _asked(row: Row) -> set[str]:
    """Return the quantities that the row's rule names."""
    written = (
        expanded(ast.parse(text, mode="eval").body, row.quantities) for text in row.rule.values()
    )
    nodes = (node for condition in written for node in ast.walk(condition))
    return {node.id for node in nodes if isinstance(node, ast.Name)} & row.quantities.keys()


def _verdict(row: Row, quantities: Mapping[str, Estimate]) -> str:
    return WORDS[decide(row.rule, quantities).key or "inconclusive"]
