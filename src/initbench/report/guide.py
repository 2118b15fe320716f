"""Which init should I use? Advice that shows only where the verdicts carry it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from initbench.claims import ledger
from initbench.grid import yaml_schemas
from initbench.report.inputs import Record, ReportInputs
from initbench.report.rules import thresholds
from initbench.report.vocabulary import Outcome, outcome

SCHEMA = "guide.schema.yaml"
UNJUDGED = "inconclusive"  # what a claim counts as that this run did not judge


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


def read(path: Path) -> list[Record]:
    """Return the guide in the file `path`, whose schema lies in ../schemas beside it.

    Raises InitbenchError for a file that breaks the schema.
    """
    schema = yaml_schemas.schema(path.parents[1] / "schemas" / SCHEMA)
    entries: list[Record] = ledger.read(path, schema)
    return entries


def guide(inputs: ReportInputs) -> list[Advice]:
    """Return the advice for each case of nets of which this run judged at least one claim."""
    judged = {verdict["id"]: verdict for verdict in inputs.verdicts}
    return [_advice(entry, judged) for entry in inputs.guide if set(_claims(entry)) & set(judged)]


def _claims(entry: Record) -> list[str]:
    return list(dict.fromkeys(claim for case in entry["cases"] for claim in case["when"]))


def _advice(entry: Record, judged: Mapping[str, Record]) -> Advice:
    for case in entry["cases"]:
        if _holds(case["when"], judged):
            return Advice(entry["nets"], case["advice"], _outcomes(list(case["when"]), judged))
    claims = _claims(entry)
    measured = {claim: _open(judged[claim]) for claim in claims if claim in judged}
    return Advice(entry["nets"], None, _outcomes(claims, judged), measured)


def _open(verdict: Record) -> list[Record]:
    """Return what the condition for support of an undecided claim looks at, if it was measured."""
    if verdict["verdict"] != UNJUDGED or not verdict["quantities"]:
        return []
    levels = thresholds([verdict["rule"]["reproduced"]], verdict["quantities"])
    return [verdict["quantities"][name] for name, found in levels.items() if found]


def _holds(when: Mapping[str, str | list[str]], judged: Mapping[str, Record]) -> bool:
    """Return whether each claim of `when` was judged with the verdict, or one of those, there."""
    return all(
        claim in judged
        and judged[claim]["verdict"] in ([words] if isinstance(words, str) else words)
        for claim, words in when.items()
    )


def _outcomes(claims: list[str], judged: Mapping[str, Record]) -> dict[str, Outcome]:
    found = {claim: judged.get(claim, {"verdict": UNJUDGED}) for claim in claims}
    return {claim: outcome(record["verdict"]) for claim, record in found.items()}
