"""Whether a verdict would have been another one with fewer seeds, in words."""

from dataclasses import dataclass
from itertools import groupby

from initbench.report.inputs import Record

MEANINGS = {
    "steady": "Steady: on the second half of the seeds the verdict did not change.",
    "late": "Late: on half of the seeds the claim was still open.",
    "fragile": "Fragile: with fewer seeds the verdict was another one.",
}


@dataclass(frozen=True)
class Fragility:
    """How a verdict came about: the meaning of its state, and from which n on it was which."""

    state: str
    meaning: str
    steps: list[str]


def fragility(grown: Record | None) -> Fragility | None:
    """Return the fragility from the points and the state of a claim; None where there are none."""
    if not grown or grown["state"] not in MEANINGS:
        return None
    runs = groupby(grown["points"], key=lambda point: point["verdict"])
    steps = [f"{verdict} from n = {next(points)['n']} on" for verdict, points in runs]
    return Fragility(grown["state"], MEANINGS[grown["state"]], steps)
