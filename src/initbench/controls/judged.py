"""The controls judged by the code that judges the claims."""

from collections.abc import Collection
from typing import Any

from initbench.claims import Ledger, judge, measure
from initbench.claims.adjudicators.kit.registry import Adjudicator
from initbench.controls.rows import Control, controls
from initbench.tables.read import Tables

OPEN = "inconclusive"


def judged(tables: Tables, experiments: Collection[str]) -> list[dict[str, Any]]:
    """Return one record a control: the record of its verdict, `expected` and `outcome`.

    The outcome is "as expected", "open" where the runs decide nothing though they should, or
    "not as expected". Holm's correction runs over all controls that compare pairs.
    """
    found = {control.row.id: control for control in controls(tables, experiments)}
    rows = tuple(control.row for control in found.values())

    def find(claim: str) -> Adjudicator:
        return found[claim].measure

    evidence = measure(rows, tables, find)
    verdicts = judge(Ledger((), rows, (), ""), evidence)
    return [
        {**verdict.to_dict(), "tests": _tests(evidence[verdict.id])}
        | {"expected": list(found[verdict.id].expected)}
        | {"outcome": outcome(found[verdict.id], verdict.verdict)}
        for verdict in verdicts
    ]


def outcome(control: Control, verdict: str) -> str:
    """Return how the verdict on a control compares with what it must be."""
    if verdict in control.expected:
        return "as expected"
    return "open" if verdict == OPEN else "not as expected"


def _tests(quantities: Any) -> dict[str, float]:
    """Return the p-values of a control by the value that they test against."""
    return {key: p for estimate in quantities.values() for key, p in estimate.p.items()}
