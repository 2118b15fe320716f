"""Evidence: the estimates of each claim, with the p-values that its rule asks for."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from initbench import statistics
from initbench.claims.adjudicators.kit.registry import Adjudicator, adjudicator, beside
from initbench.claims.conditions import Comparison, evaluate
from initbench.claims.keys import flat
from initbench.claims.ledger import Row
from initbench.errors import InitbenchError
from initbench.statistics import Estimate, undefined

if TYPE_CHECKING:
    from initbench.tables.read import Tables

Evidence = Mapping[str, Mapping[str, Estimate]]
LEFT_OUT = replace(undefined(0), method="left out of this run")


def measure(
    rows: Iterable[Row],
    tables: "Tables",
    find: Callable[[str], Adjudicator] = adjudicator,
    there: Collection[str] = (),
) -> dict[str, dict[str, Estimate]]:
    """Return {claim: {quantity: estimate}} of the rows that have a rule, measured on `tables`.

    Of the experiments beside the rules only those in `there` are read; what the others would give
    is undefined. Estimates are as after a way through JSON, so that a judgement does not depend on
    whether the evidence came from a file. Raises InitbenchError where an adjudicator does not
    return exactly the quantities that its row declares.
    """
    return {row.id: _measure_row(row, tables, find(row.id), there) for row in rows if row.rule}


def _measure_row(
    row: Row, tables: "Tables", measurement: Adjudicator, there: Collection[str]
) -> dict[str, Estimate]:
    reported = beside(row.id) if row.beside else {}
    parts = [measurement, *(reported[name] for name in row.beside if name in there)]
    try:
        found = {name: value for part in parts for name, value in flat(part(tables)).items()}
    except Exception as error:
        error.add_note(f"This happened while {row.id} was measured.")
        raise
    if not set(row.beside) <= set(there):
        found = dict.fromkeys(row.quantities, LEFT_OUT) | found
    _check_names(row, found)
    skewed = [name for name, quantity in row.quantities.items() if quantity.test == "studentised"]
    found |= {name: statistics.studentised(found[name]) for name in skewed}
    asked = _asked(row, found)
    return {name: _tested(found[name], asked.get(name, [])) for name in row.quantities}


def _check_names(row: Row, found: Mapping[str, Estimate]) -> None:
    missing, extra = sorted(row.quantities.keys() - found), sorted(found.keys() - row.quantities)
    if missing or extra:
        raise InitbenchError(
            f"The adjudicator of {row.id} misses {missing} and adds {extra}; it must return the "
            "quantities of the ledger."
        )


def _asked(row: Row, found: Mapping[str, Estimate]) -> dict[str, list[Comparison]]:
    """Return the comparisons in the row's rule that need a p-value, by quantity."""
    asked: dict[str, list[Comparison]] = {}
    for condition in row.rule.values():
        for comparison in evaluate(condition, found).comparisons:
            if comparison.decisive and comparison.quantity is not None:
                asked.setdefault(comparison.quantity, []).append(comparison)
    return asked


def _tested(estimate: Estimate, asked: Iterable[Comparison]) -> Estimate:
    if estimate.sample is not None:
        tests = {comparison.key: comparison for comparison in asked}
        estimate = replace(estimate, p={key: _p(estimate, test) for key, test in tests.items()})
    return Estimate.from_dict(estimate.to_dict())


def _p(estimate: Estimate, comparison: Comparison) -> float:
    equivalence = comparison.attribute == "interval"
    test = statistics.equivalence_p if equivalence else statistics.p_value
    return min(1.0, _choices(estimate, comparison) * test(estimate, comparison.threshold))


def _choices(estimate: Estimate, comparison: Comparison) -> int:
    """Return of how many alternatives one was enough: those that an extreme was picked from."""
    one_is_enough = {">": estimate.picked, "<": -estimate.picked}
    return max(1, one_is_enough.get(comparison.operator[0], 1))


def to_json(data: Any) -> str:
    """Return verdicts or other plain data as JSON text; NaN or infinity raise ValueError."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def evidence_to_json(evidence: Evidence) -> str:
    """Return evidence as JSON text, numbers that are not finite as null."""
    return to_json(
        {
            claim: {name: estimate.to_dict() for name, estimate in quantities.items()}
            for claim, quantities in evidence.items()
        }
    )


def evidence_from_json(text: str) -> dict[str, dict[str, Estimate]]:
    """Return the evidence that `evidence_to_json` wrote; null becomes NaN."""
    return {
        claim: {name: Estimate.from_dict(estimate) for name, estimate in quantities.items()}
        for claim, quantities in json.loads(text).items()
    }
