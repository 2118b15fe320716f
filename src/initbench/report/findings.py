"""The findings that matter most: sentences whose numbers come from the verdicts of this run."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from initbench.claims import ledger
from initbench.errors import InitbenchError, unknown
from initbench.grid import yaml_schemas
from initbench.report.inputs import Record
from initbench.report.prose import number
from initbench.report.vocabulary import Outcome, outcome

SCHEMA = "findings.schema.yaml"
SHOWN = 5
# {D17.one_class:percent} is the quantity one_class of claim D17, as a percentage.
NUMBER = re.compile(r"\{([A-Z]+\d{2,3})\.(\w+(?:\[[\w.]+\])?)(?::(\w+))?\}")


@dataclass(frozen=True)
class Finding:
    """A lead, a sentence with its numbers filled in, and the verdicts that both rest on."""

    lead: str
    text: str
    claims: Mapping[str, Outcome]


def read(path: Path) -> list[Record]:
    """Return the findings in the file `path`, whose schema lies in ../schemas beside it.

    Raises InitbenchError for a file that breaks the schema, or a text that takes a number from a
    claim whose verdict it does not name.
    """
    schema = yaml_schemas.schema(path.parents[1] / "schemas" / SCHEMA)
    entries: list[Record] = ledger.read(path, schema)
    for case in (case for entry in entries for case in entry["cases"]):
        _check(case, path.name)
    return entries


def _check(case: Record, name: str) -> None:
    cited = {match[1] for match in NUMBER.finditer(case["text"])}
    if strange := sorted(cited - set(case["when"])):
        raise InitbenchError(
            f"A finding in {name} takes a number from {strange[0]} without naming its verdict; "
            "add the claim to `when`."
        )
    for match in NUMBER.finditer(case["text"]):
        _writer(match[3])


def findings(entries: Iterable[Record], verdicts: Iterable[Record]) -> list[Finding]:
    """Return the first five findings of which this run decided every claim as one case asks."""
    judged = {verdict["id"]: verdict for verdict in verdicts}
    return list(islice(_stated(entries, judged), SHOWN))


def _stated(entries: Iterable[Record], judged: Mapping[str, Record]) -> Iterator[Finding]:
    for entry in entries:
        for case in entry["cases"]:
            if _fits(case, judged):
                yield _finding(case, judged)
                break


def _fits(case: Record, judged: Mapping[str, Record]) -> bool:
    return all(
        claim in judged and judged[claim]["verdict"] in _listed(words)
        for claim, words in case["when"].items()
    ) and all(_measured(match, judged) for match in NUMBER.finditer(case["text"]))


def _listed(words: str | list[str]) -> list[str]:
    return [words] if isinstance(words, str) else words


def _measured(match: re.Match[str], judged: Mapping[str, Record]) -> bool:
    quantity = judged[match[1]]["quantities"].get(match[2], {})
    return all(quantity.get(key) is not None for key in ("value", "low", "high"))


def _finding(case: Record, judged: Mapping[str, Record]) -> Finding:
    def filled(match: re.Match[str]) -> str:
        return _writer(match[3])(judged[match[1]]["quantities"][match[2]])

    claims = {claim: outcome(judged[claim]["verdict"]) for claim in case["when"]}
    return Finding(case["lead"], NUMBER.sub(filled, case["text"]), claims)


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


def _writer(form: str | None) -> Callable[[Record], str]:
    if form not in _FORMS:
        raise unknown("form of a number", str(form), [name for name in _FORMS if name])
    return _FORMS[form]
