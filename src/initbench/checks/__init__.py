"""Checks without training: formulas, shapes, first steps, references."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from initbench.checks._registry import REGISTRY, Check
from initbench.discovery import load_all

__all__ = ["checks", "run"]

COLUMNS = ["claim", "check", "value", "expected", "tolerance", "passed", "detail"]


def checks() -> list[Check]:
    """Return every check of this folder, sorted by claim and slug; imports no torch."""
    load_all("checks")
    return sorted(REGISTRY.values(), key=lambda check: (check.claim, check.slug))


def run(documents: Iterable[str], mnist: Path | None = None) -> pd.DataFrame:
    """Run the checks of some documents, such as ["A", "D"]; return one row a check.

    `mnist` is the folder of the prepared MNIST, which the checks of document D read. Columns:
    claim, check, value, expected, tolerance (float64), passed (bool), detail.
    """
    by_document: dict[str, list[Check]] = {}
    for check in checks():
        by_document.setdefault(check.claim.rstrip("0123456789"), []).append(check)
    rows = []
    for document in documents:
        rows += [_row(check, mnist) for check in by_document.get(document, [])]
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(check: Check, mnist: Path | None) -> list[str | float | bool]:
    seen = check.run(mnist)
    numbers = [float(number) for number in (seen.value, seen.expected, seen.tolerance)]
    return [check.claim, check.slug, *numbers, seen.passed, seen.detail]
