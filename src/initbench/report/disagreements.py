"""Where the documents disagree: each question with its sides, and what the verdicts say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from initbench.report.conditional import UNJUDGED, by_claim, outcomes, stated
from initbench.report.inputs import Record, ReportInputs
from initbench.report.prose import enumeration
from initbench.report.vocabulary import Outcome

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


def disagreements(inputs: ReportInputs) -> list[Disagreement]:
    """Return the disagreements of which this run judged at least one claim, in their order.

    Other claims count as inconclusive.
    """
    judged = by_claim(inputs.verdicts)
    return [
        _disagreement(entry, judged)
        for entry in inputs.disagreements
        if any(claim in judged for side in entry["sides"] for claim in side["rows"])
    ]


def _disagreement(entry: Record, judged: Mapping[str, Record]) -> Disagreement:
    sides = [
        Side(side["document"], side["section"], side["says"], outcomes(side["rows"], judged))
        for side in entry["sides"]
    ]
    found = stated(entry, judged)
    return Disagreement(entry["topic"], sides, found.text if found else general(sides))


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
