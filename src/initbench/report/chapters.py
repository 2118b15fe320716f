"""The claims in the order of the page, each with what its section shows."""

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from initbench.errors import InitbenchError
from initbench.report.inputs import Record, ReportInputs
from initbench.report.rules import readable, thresholds
from initbench.report.strips import strip
from initbench.report.vocabulary import OUTCOMES, Outcome, outcome, tally


@dataclass(frozen=True)
class Condition:
    """One line of a rule: its verdict, in words and as in the ledger, and whether it was met."""

    outcome: Outcome
    words: Markup
    source: str
    met: bool


@dataclass(frozen=True)
class Measured:
    """One line of the table of a claim: a quantity, its record and its drawing."""

    name: str
    record: Record
    strip: Markup


@dataclass(frozen=True)
class Claim:
    """One section of the page: a verdict with its figures, rule and measured quantities."""

    record: Record
    outcome: Outcome
    conditions: list[Condition]
    measured: list[Measured]
    drawn: list[Record]
    elsewhere: list[tuple[Record, str]]


@dataclass(frozen=True)
class Chapter:
    """One document: its record, its claims in order, and how many of them came out how."""

    document: Record
    claims: list[Claim]
    tally: list[tuple[Outcome, int]]


def chapters(inputs: ReportInputs) -> list[Chapter]:
    """Return one chapter a document; raise InitbenchError for ids, documents or figures at odds."""
    _refuse_strangers(inputs)
    homes = figure_homes(inputs)
    return [
        Chapter(
            document, [_claim(verdict, inputs, homes) for verdict in verdicts], _count(verdicts)
        )
        for document in inputs.documents
        if (verdicts := [v for v in inputs.verdicts if v["document"] == document["document"]])
    ]


THEORY = "theory"  # the anchor of the chapter of the figures whose names begin with it


def figure_homes(inputs: ReportInputs) -> dict[str, str]:
    """Return the anchor at which each figure is drawn: a claim of the page that shows it.

    That is the first one of the document with the most claims that show the figure. Figures named
    theory_... have a chapter of their own.
    """
    shown: dict[str, dict[str, list[str]]] = {}
    for document in (document["document"] for document in inputs.documents):
        for verdict in (v for v in inputs.verdicts if v["document"] == document):
            for figure in _figures(verdict, inputs.figures):
                by_document = shown.setdefault(figure["name"], {})
                by_document.setdefault(document, []).append(verdict["id"])
    homes = {name: max(by_document.values(), key=len)[0] for name, by_document in shown.items()}
    return homes | {f["name"]: THEORY for f in inputs.figures if f["name"].startswith(f"{THEORY}_")}


def bearing(figure: str, inputs: ReportInputs) -> list[str]:
    """Return the claims of the page that show `figure`, in the order of the ledger."""
    return [verdict["id"] for verdict in inputs.verdicts if figure in verdict["figures"]]


def _figures(verdict: Record, figures: list[Record]) -> list[Record]:
    wanted = set(verdict["figures"])
    return [f for f in figures if f["name"] in wanted]


def _count(verdicts: list[Record]) -> list[tuple[Outcome, int]]:
    return tally(verdict["verdict"] for verdict in verdicts)


def _claim(verdict: Record, inputs: ReportInputs, homes: dict[str, str]) -> Claim:
    figures = _figures(verdict, inputs.figures)
    return Claim(
        record=verdict,
        outcome=outcome(verdict["verdict"]),
        conditions=_conditions(verdict),
        measured=_measured(verdict),
        drawn=[f for f in figures if homes[f["name"]] == verdict["id"]],
        elsewhere=[(f, homes[f["name"]]) for f in figures if homes[f["name"]] != verdict["id"]],
    )


def _conditions(verdict: Record) -> list[Condition]:
    rule, met = verdict["rule"], verdict["decided_by"]
    return [
        Condition(kind, readable(rule[kind.key]), rule[kind.key], kind.key == met)
        for kind in OUTCOMES
        if kind.key in rule
    ]


def _measured(verdict: Record) -> list[Measured]:
    quantities = verdict["quantities"]
    if not quantities:  # this grid did not measure the claim
        return []
    levels = thresholds(verdict["rule"].values(), quantities)
    return [
        Measured(name, record, strip(record["value"], record["low"], record["high"], levels[name]))
        for name, record in quantities.items()
    ]


def _refuse_strangers(inputs: ReportInputs) -> None:
    known = {document["document"] for document in inputs.documents}
    drawn = {figure["name"] for figure in inputs.figures}
    for verdict in inputs.verdicts:
        if verdict["document"] not in known:
            raise InitbenchError(
                f"Claim {verdict['id']} belongs to document '{verdict['document']}', which has no "
                "title and source; add them to the ledger."
            )
        if missing := sorted(set(verdict["figures"]) - drawn):
            raise InitbenchError(
                f"Claim {verdict['id']} shows the figure '{missing[0]}', which was not drawn; "
                "draw it or take it out of the ledger."
            )
    twice = [name for name, count in Counter(v["id"] for v in inputs.verdicts).items() if count > 1]
    if twice:
        raise InitbenchError(f"Claim {twice[0]} has two verdicts; keep one file for each claim.")
