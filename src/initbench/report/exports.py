"""Tables as files: CSV for programs, LaTeX (with the package booktabs) for papers."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from initbench.report.citations import tex
from initbench.report.inputs import Record
from initbench.report.prose import cell

QUANTITY = ("quantity", "meaning", "value", "low", "high", "n", "method", "unit")


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


def accuracy(table: Record) -> tuple[list[str], list[list[Any]]]:
    """Return the columns and rows of an accuracy table, with its groups as a first column."""
    rows = [[group["name"], *row] for group in table["groups"] for row in group["rows"]]
    return ["data × architecture", *table["columns"]], rows


def quantities(verdict: Record) -> tuple[list[str], list[list[Any]]]:
    """Return the columns and rows of what was measured for a claim, to full precision."""
    rows = [
        [name, *(record[key] for key in QUANTITY[1:])]
        for name, record in verdict["quantities"].items()
    ]
    return list(QUANTITY), rows
