"""The one matcher of texts and verdicts: which case counts, and the numbers in its sentence."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from initbench.claims.texts import NUMBER
from initbench.report.inputs import Record
from initbench.report.prose import number
from initbench.report.vocabulary import Outcome, outcome

UNJUDGED = "inconclusive"  # what a claim counts as that this run did not judge


@dataclass(frozen=True)
class Statement:
    """A sentence with its numbers filled in, the verdicts that it rests on, and perhaps a lead."""

    text: str
    claims: Mapping[str, Outcome]
    lead: str = ""


def stated(entry: Record, judged: Mapping[str, Record]) -> Statement | None:
    """Return the first case of `entry` whose claims have its verdicts and whose numbers are there.

    `judged` are the verdicts by claim; None where no case fits.
    """
    case = next((case for case in entry.get("cases", ()) if _fits(case, judged)), None)
    if case is None:
        return None
    text = NUMBER.sub(lambda match: _written(match, judged), case["text"])
    return Statement(text, outcomes(case["when"], judged), case.get("lead", ""))


def outcomes(claims: Iterable[str], judged: Mapping[str, Record]) -> dict[str, Outcome]:
    """Return how `claims` came out, by claim; one that was not judged counts as inconclusive."""
    return {
        claim: outcome(judged[claim]["verdict"] if claim in judged else UNJUDGED)
        for claim in claims
    }


def by_claim(verdicts: Iterable[Record]) -> dict[str, Record]:
    """Return the verdicts by claim."""
    return {verdict["id"]: verdict for verdict in verdicts}


def _fits(case: Record, judged: Mapping[str, Record]) -> bool:
    return all(
        found.word in ([asked] if isinstance(asked := case["when"][claim], str) else asked)
        for claim, found in outcomes(case["when"], judged).items()
    ) and all(_measured(match, judged) for match in NUMBER.finditer(case["text"]))


def _measured(match: re.Match[str], judged: Mapping[str, Record]) -> bool:
    quantity = judged[match[1]]["quantities"].get(match[2], {})
    return all(quantity.get(key) is not None for key in ("value", "low", "high"))


def _written(match: re.Match[str], judged: Mapping[str, Record]) -> str:
    return _FORMS[match[3]](judged[match[1]]["quantities"][match[2]])


def _hundredths(share: float) -> str:
    return number(round(100 * share, 1))


_FORMS: dict[str | None, Callable[[Record], str]] = {
    None: lambda quantity: number(quantity["value"]),
    "about": lambda quantity: number(float(f"{quantity['value']:.2g}")),
    "percent": lambda quantity: f"{_hundredths(quantity['value'])} %",
    "points": lambda quantity: f"{_hundredths(quantity['value'])} points",
    "range": lambda quantity: f"{_hundredths(quantity['low'])} to {_hundredths(quantity['high'])}",
    "n": lambda quantity: f"n = {number(quantity['n'])}",
}
