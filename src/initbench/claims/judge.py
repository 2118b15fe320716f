"""Judging: from the ledger and the evidence to one verdict a claim."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from initbench import statistics
from initbench.claims import wording
from initbench.claims.conditions import Quantities
from initbench.claims.evidence import Evidence
from initbench.claims.ledger import KEYS, WORDS, Ledger, Row, derivation_order
from initbench.claims.verdict import (
    LEVEL,
    Decision,
    Verdict,
    compares_pairs,
    decide,
    seeds_after_holm,
)


@dataclass(frozen=True)
class _Corrected:
    """A row's p-value after Holm's correction over `rows` rows of its family."""

    p: float
    rows: int


def judge(ledger: Ledger, evidence: Evidence) -> list[Verdict]:
    """Return the verdicts of all rows in the order of the ledger.

    A row without evidence is inconclusive. Holm's correction (1979) runs inside each family over
    the rows whose rule compares pairs, undecided ones with p = 1; derived rows follow at the end.
    """
    sizes = Counter(
        row.holm_family for row in ledger.rows if compares_pairs(evidence.get(row.id, {}))
    )
    decisions = {
        row.id: decide(row.rule, evidence[row.id], sizes[row.holm_family])
        for row in ledger.rows
        if row.rule and row.id in evidence
    }
    corrected = _correct(ledger, evidence, decisions)
    verdicts = {}
    for row in (row for row in ledger.rows if not row.alias_of):
        fields = _not_measured(row)
        if row.id in decisions:
            fields = _measured(row, evidence[row.id], decisions[row.id], corrected.get(row.id))
        verdicts[row.id] = _verdict(row, fields)
    for row in derivation_order(ledger):
        verdicts[row.id] = _verdict(row, _derived(row, verdicts))
    return [verdicts[row.id] for row in ledger.rows]


def _correct(
    ledger: Ledger, evidence: Evidence, decisions: Mapping[str, Decision]
) -> dict[str, _Corrected]:
    corrected = {}
    for family in sorted({row.holm_family for row in ledger.rows}):
        rows = [
            row for row in ledger.holm_family(family) if compares_pairs(evidence.get(row.id, {}))
        ]
        raw = {row.id: decisions[row.id].p for row in rows}
        adjusted = statistics.holm([1.0 if p is None else p for p in raw.values()])
        for (claim, p), p_holm in zip(raw.items(), adjusted, strict=True):
            if p is not None:
                corrected[claim] = _Corrected(p_holm, len(rows))
    return corrected


def _measured(
    row: Row, quantities: Quantities, decision: Decision, corrected: _Corrected | None
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "quantities": {name: _shown(row, name, quantities) for name in row.quantities},
        "p": decision.p,
        "p_holm": corrected.p if corrected else None,
    }
    if decision.key is None:
        reason, seeds = wording.undecided(decision, quantities), decision.needed_seeds
        return fields | _inconclusive(reason, seeds)
    if corrected and decision.p is not None and corrected.p > LEVEL:
        seeds = _seeds_after_holm(quantities, decision, decision.p, corrected.p)
        reason = wording.downgraded(decision, quantities, corrected.p, corrected.rows, seeds)
        return fields | _inconclusive(reason, seeds)
    reason = wording.decided(decision, quantities)
    return fields | {
        "verdict": WORDS[decision.key],
        "decided_by": decision.key,
        "reason": reason,
    }


def _shown(row: Row, name: str, quantities: Quantities) -> dict[str, Any]:
    numbers = quantities[name].to_dict()
    kept = ("value", "low", "high", "n", "method", "unit")
    return {"meaning": row.quantities[name].means, **{key: numbers[key] for key in kept}}


def _inconclusive(reason: str, seeds: int | None = None) -> dict[str, Any]:
    return {"verdict": "inconclusive", "reason": reason, "needed_seeds": seeds}


def _seeds_after_holm(
    quantities: Quantities, decision: Decision, p: float, p_holm: float
) -> int | None:
    names = [ground.quantity for ground in decision.grounds if ground.quantity is not None]
    runs = [quantities[name].n for name in names if quantities[name].p]
    return seeds_after_holm(max(runs), p, p_holm)


def _not_measured(row: Row) -> dict[str, Any]:
    if row.not_testable:
        return {"verdict": "not testable", "reason": row.not_testable}
    return _inconclusive(wording.unmeasured(row.needs))


def _derived(row: Row, verdicts: Mapping[str, Verdict]) -> dict[str, Any]:
    cited = {claim: verdicts[claim].verdict for claim in row.alias_of}
    return {"verdict": combine(list(cited.values())), "reason": wording.derived(cited)}


def combine(verdicts: list[str]) -> str:
    """Return the verdict of a row that needs all of `verdicts`; of a single one, that one.

    Where they differ: not reproduced if any is, else partly reproduced if some are reproduced,
    else inconclusive.
    """
    if len(set(verdicts)) == 1:
        return verdicts[0]
    if "not reproduced" in verdicts:
        return "not reproduced"
    return "partly reproduced" if "reproduced" in verdicts else "inconclusive"


def _verdict(row: Row, fields: Mapping[str, Any]) -> Verdict:
    return Verdict(
        id=row.id,
        document=row.document,
        source=row.source,
        section=row.section,
        kind=row.kind,
        bed=row.bed,
        holm_family=row.holm_family,
        statement=row.statement,
        arms=row.arms,
        pitfalls=row.pitfalls,
        rule=row.rule,
        why=row.why.get(KEYS[fields["verdict"]], ""),
        needs=(*row.needs, *row.beside),
        figures=row.figures,
        amendments=row.amendments,
        alias_of=row.alias_of,
        logic=row.logic,
        **fields,
    )
