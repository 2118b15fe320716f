"""Where the documents disagree: each question with its sides, and what the verdicts say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from initbench.claims import ledger
from initbench.errors import InitbenchError
from initbench.grid import yaml_schemas
from initbench.report.inputs import Record, ReportInputs
from initbench.report.prose import enumeration
from initbench.report.vocabulary import Outcome, outcome

SCHEMA = "disagreements.schema.yaml"
UNJUDGED = "inconclusive"  # what a claim counts as that this run did not judge
OPEN = (UNJUDGED, "not testable")


@dataclass(frozen=True)
class Side:
    """One side of a disagreement: who says what, and how the claims came out that test it."""

    document: str
    section: str
    says: str
    claims: Mapping[str, Outcome]

    @property
    def name(self) -> str:
        """The side in a sentence, such as 'document B (2.4.2)'."""
        return f"document {self.document} ({self.section})"

    @property
    def reproduced(self) -> int:
        """How many of its claims were reproduced."""
        return sum(found.word == "reproduced" for found in self.claims.values())

    @property
    def holds(self) -> bool:
        """Whether all of its claims were reproduced."""
        return self.reproduced == len(self.claims)

    @property
    def falls(self) -> bool:
        """Whether none of its claims was reproduced, not even in part, and none is open."""
        return all(found.word == "not reproduced" for found in self.claims.values())


@dataclass(frozen=True)
class Disagreement:
    """One question with its sides, and the sentence that answers it from the verdicts."""

    question: str
    sides: Sequence[Side]
    resolution: str


def read(path: Path) -> list[Record]:
    """Return the disagreements in the file `path`, whose schema lies in ../schemas beside it.

    Raises InitbenchError for a file that breaks the schema, or for a resolution that rests on a
    claim of no side.
    """
    schema = yaml_schemas.schema(path.parents[1] / "schemas" / SCHEMA)
    entries: list[Record] = ledger.read(path, schema)
    for entry in entries:
        _check(entry, path.name)
    return entries


def _check(entry: Record, name: str) -> None:
    claims = {claim for side in entry["sides"] for claim in side["rows"]}
    for resolution in entry.get("resolutions", []):
        if strange := sorted(set(resolution["when"]) - claims):
            raise InitbenchError(
                f"In {name} the answer to '{entry['question']}' rests on {strange[0]}, which no "
                "side names; add it to a side or take it out."
            )


def disagreements(inputs: ReportInputs) -> list[Disagreement]:
    """Return the disagreements of which this run judged at least one claim, in their order.

    Other claims count as inconclusive.
    """
    verdicts = {verdict["id"]: str(verdict["verdict"]) for verdict in inputs.verdicts}
    return [
        _disagreement(entry, verdicts)
        for entry in inputs.disagreements
        if any(claim in verdicts for side in entry["sides"] for claim in side["rows"])
    ]


def _disagreement(entry: Record, verdicts: Mapping[str, str]) -> Disagreement:
    sides = [_side(side, verdicts) for side in entry["sides"]]
    found = {claim: kind.word for side in sides for claim, kind in side.claims.items()}
    texts = (r["text"] for r in entry.get("resolutions", []) if _matches(r["when"], found))
    return Disagreement(entry["question"], sides, next(texts, None) or general(sides))


def _side(side: Record, verdicts: Mapping[str, str]) -> Side:
    claims = {claim: outcome(verdicts.get(claim, UNJUDGED)) for claim in side["rows"]}
    return Side(side["document"], side["section"], side["says"], claims)


def _matches(when: Mapping[str, str | Sequence[str]], found: Mapping[str, str]) -> bool:
    """Return whether each claim of `when` has the verdict named there, or one of those named."""
    return all(
        found[claim] == words if isinstance(words, str) else found[claim] in words
        for claim, words in when.items()
    )


def general(sides: Sequence[Side]) -> str:
    """Return the sentence for sides whose verdicts nobody has foreseen."""
    holding = [side.name for side in sides if side.holds]
    if len(holding) == len(sides):
        return "Every side holds, so each must speak of a case of its own."
    if all(side.falls for side in sides):
        return "The data bear out no side."
    if holding and all(side.holds or side.falls for side in sides):
        return f"The data side with {enumeration(holding)}."
    undecided = [
        claim for side in sides for claim, kind in side.claims.items() if kind.word in OPEN
    ]
    if undecided:
        return f"The data leave this open, since {enumeration(undecided)} could not be decided."
    return "No side holds as it stands; the verdicts say which parts of it do."
