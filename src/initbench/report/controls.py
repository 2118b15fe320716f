"""What the page shows of the controls: how they came out, and how steady each verdict is."""

from collections import Counter
from dataclasses import dataclass

from initbench.report.inputs import Record, ReportInputs
from initbench.report.vocabulary import Outcome, outcome

# In the order of the page: what deserves a look comes first.
STATES = {
    "fragile": "within the second half of the seeds another decision stood",
    "late": "open at some point within the second half of the seeds, decided with all of them",
    "steady": "the same all through the second half of the seeds",
    "short": "too few seeds to look at half of them",
}


@dataclass(frozen=True)
class Steadiness:
    """How the verdict on one claim grew: (n, verdict) on the first n seeds, and one of STATES."""

    claim: str
    points: list[tuple[int, Outcome]]
    state: str

    @property
    def meaning(self) -> str:
        """The state as a clause."""
        return STATES[self.state]


def steadiness(inputs: ReportInputs) -> dict[str, Steadiness]:
    """Return the growth of the verdict on each claim of the page that trains, by claim."""
    shown = [verdict["id"] for verdict in inputs.verdicts]
    return {
        claim: _steadiness(claim, inputs.stability[claim])
        for claim in shown
        if claim in inputs.stability
    }


def _steadiness(claim: str, found: Record) -> Steadiness:
    points = [(point["n"], outcome(point["verdict"])) for point in found["points"]]
    return Steadiness(claim, points, found["state"])


def by_state(found: dict[str, Steadiness]) -> list[tuple[str, list[Steadiness]]]:
    """Return the claims of each state that occurs, in the order of STATES."""
    groups = [(state, [one for one in found.values() if one.state == state]) for state in STATES]
    return [(state, claims) for state, claims in groups if claims]


@dataclass(frozen=True)
class Controls:
    """The controls as the page lists them; `outcomes` counts how they came out."""

    judged: list[Record]
    p_values: list[Record]
    false_positives: list[Record]
    coverage: list[Record]
    rates: list[Record]
    outcomes: dict[str, int]


def controls(inputs: ReportInputs) -> Controls | None:
    """Return the controls of this run with claims of the page only; None if it made none."""
    found = inputs.controls
    if not found:
        return None
    shown = {verdict["id"] for verdict in inputs.verdicts}
    rates = [_rate(rate) for rate in found["rates"] if rate["claim"] in shown]
    judged = [{**one, "kind": outcome(one["verdict"])} for one in found["judged"]]
    counts = Counter(one["outcome"] for one in judged)
    simulated = found["false_positives"], found["coverage"]
    return Controls(judged, found["p_values"], *simulated, rates, dict(counts))


def _rate(rate: Record) -> Record:
    kinds = {key: outcome(rate[key]) if rate[key] else None for key in ("tuned", "fixed")}
    return {**rate, **kinds}
