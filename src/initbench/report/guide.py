"""Which init should I use? Advice that shows only where the verdicts carry it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from initbench.report.conditional import UNJUDGED, by_claim, outcomes, stated
from initbench.report.inputs import Record, ReportInputs
from initbench.report.rules import thresholds
from initbench.report.vocabulary import Outcome


@dataclass(frozen=True)
class Advice:
    """One case of nets, the sentence for it, and the claims that it rests on.

    Without a sentence the evidence does not decide; `claims` then holds all that might have, and
    `measured` by claim what its condition for support looks at, where that was measured.
    """

    nets: str
    text: str | None
    claims: Mapping[str, Outcome]
    measured: Mapping[str, list[Record]] = field(default_factory=dict)


def guide(inputs: ReportInputs) -> list[Advice]:
    """Return the advice for each case of nets of which this run judged at least one claim."""
    judged = by_claim(inputs.verdicts)
    return [_advice(entry, judged) for entry in inputs.guide if set(_claims(entry)) & set(judged)]


def _claims(entry: Record) -> list[str]:
    return list(dict.fromkeys(claim for case in entry["cases"] for claim in case["when"]))


def _advice(entry: Record, judged: Mapping[str, Record]) -> Advice:
    if found := stated(entry, judged):
        return Advice(entry["topic"], found.text, found.claims)
    claims = _claims(entry)
    measured = {claim: _open(judged[claim]) for claim in claims if claim in judged}
    return Advice(entry["topic"], None, outcomes(claims, judged), measured)


def _open(verdict: Record) -> list[Record]:
    """Return what the condition for support of an undecided claim looks at, if it was measured."""
    if verdict["verdict"] != UNJUDGED or not verdict["quantities"]:
        return []
    levels = thresholds([verdict["rule"]["reproduced"]], verdict["quantities"])
    return [verdict["quantities"][name] for name, found in levels.items() if found]
