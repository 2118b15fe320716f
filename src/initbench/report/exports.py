"""Tables as files: CSV for programs, LaTeX (with the package booktabs) for papers."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from initbench.report.citations import tex
from initbench.report.inputs import Record
from initbench.report.prose import cell

QUANTITY = ("quantity", "meaning", "value", "low", "high", "n", "method", "unit")
INTERVAL = ("value", "low", "high")

Table = tuple[list[str], list[list[Any]]]  # columns and rows


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV with a line for the names of its columns."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerows([columns, *rows])
    return target.getvalue()


def as_latex(columns: Sequence[str], rows: Iterable[Sequence[Any]], caption: str) -> str:
    """Return a table as a LaTeX float; numbers are written as on the page."""
    lines = [
        r"\begin{table}",
        rf"\caption{{{tex(caption)}}}",
        rf"\begin{{tabular}}{{{'l' * len(columns)}}}",
        r"\toprule",
        _line(columns),
        r"\midrule",
        *map(_line, rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _line(row: Sequence[Any]) -> str:
    return " & ".join(tex(cell(content)) for content in row) + r" \\"


def accuracy(table: Record) -> Table:
    """Return the columns and rows of an accuracy table, with its groups as a first column."""
    rows = [[group["name"], *row] for group in table["groups"] for row in group["rows"]]
    return ["data × architecture", *table["columns"]], rows


def quantities(verdict: Record) -> Table:
    """Return the columns and rows of what was measured for a claim, to full precision."""
    rows = [
        [name, *(record[key] for key in QUANTITY[1:])]
        for name, record in verdict["quantities"].items()
    ]
    return list(QUANTITY), rows


def judged_controls(controls: Record) -> Table:
    """Return the columns and rows of the controls that were judged."""
    rows = [
        [one["statement"], *_interval(quantity), quantity["n"], one["verdict"], one["outcome"]]
        for one in controls["judged"]
        for quantity in one["quantities"].values()
    ]
    return ["statement", *INTERVAL, "n", "verdict", "came out"], rows


def false_positives(controls: Record) -> Table:
    """Return how often the claims' tests say yes where the truth is no, a row a case."""
    head = ["cell", "statistic", "test", "margin", "n", "comparisons", "nominal"]
    rows = [
        [*(row[name] for name in head), *_interval(row["observed"])]
        for row in controls["false_positives"]
    ]
    return [*head, *INTERVAL], rows


def coverage(controls: Record) -> Table:
    """Return how often each kind of interval holds its true value, a row a case."""
    head = ("kind", "n", "truth", "nominal", "simulated", "error", "required")
    return list(head), [[row[name] for name in head] for row in controls["coverage"]]


def null_p_values(controls: Record) -> Table:
    """Return the columns and rows of the many comparisons without a difference."""
    rows = [
        [row["cell"], row["comparisons"], row["pairs"], *_interval(row["below"]),
         row["uniformity_p"]]
        for row in controls["p_values"]
    ]  # fmt: skip
    return ["cell", "comparisons", "pairs", *INTERVAL, "p of evenness"], rows


def two_rates(controls: Record) -> Table:
    """Return the columns and rows of the readings at the tuned and at one learning rate."""
    rows = [
        [rate["claim"], reading["quantity"], which, *_interval(reading[which]), rate[which]]
        for rate in controls["rates"]
        for reading in rate["readings"]
        for which in ("tuned", "fixed")
    ]
    return ["claim", "quantity", "rate", *INTERVAL, "verdict"], rows


def growth(stability: Record) -> Table:
    """Return the columns and rows of the verdicts on growing numbers of seeds."""
    rows = [
        [claim, point["n"], point["verdict"], found["state"]]
        for claim, found in stability.items()
        for point in found["points"]
    ]
    return ["claim", "n", "verdict", "state"], rows


def signals(cards: Sequence[Record]) -> Table:
    """Return the columns and rows of the signals at the start, of all methods."""
    rows = [
        [card["name"], one["init"], one["activation"], *one["layers"], one["width"],
         *_interval(one["forward"]), *_interval(one["backward"])]
        for card in cards
        for one in card["signals"]
    ]  # fmt: skip
    ends = [f"{way} {end}" for way in ("forward", "backward") for end in INTERVAL]
    return ["method", "init", "activation", "first layer", "last layer", "width", *ends], rows


def _interval(estimate: Record) -> list[Any]:
    return [estimate[key] for key in INTERVAL]
