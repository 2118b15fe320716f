"""Rows judged by checks that need no training (family E3): the quantities are the checks."""

from collections.abc import Callable

import pandas as pd

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.errors import InitbenchError
from initbench.statistics import Estimate, exact
from initbench.tables.read import Tables

CHECKED = (
    *("A02", "A24", "A25", "A32", "A37"),
    *("B01", "B10", "B12", "B16", "B22", "B23", "B24", "B25", "B26", "B30", "B32", "B33"),
    *("B34", "B35", "B38", "B42", "B47", "B48", "B49", "B54", "B56", "B57", "B61", "B63"),
    *("B64", "B65", "B67", "B70"),
    *("C03", "C10"),
    *("D10", "D11", "D12", "D13", "D19", "D35", "D36", "D41", "D42", "D43", "D44"),
)


def checks_of(tables: Tables, claim: str) -> pd.DataFrame:
    """Return the rows of the checks of `claim`; InitbenchError when there is none."""
    checks = tables.checks()
    rows = checks[checks["claim"] == claim]
    if rows.empty:
        raise InitbenchError(f"No check of {claim} was found; run the checks before judging.")
    return rows


def check_quantities(claim: str) -> Callable[[Tables], dict[str, Estimate]]:
    """Return the adjudicator of a row that is decided by checks alone.

    Each check gives the quantity named by its slug without the claim ("a02_forward" gives
    "forward") with the measured value; "violations" counts the checks that failed.
    """

    def quantities(tables: Tables) -> dict[str, Estimate]:
        rows = checks_of(tables, claim)
        names = rows["check"].str.removeprefix(f"{claim.lower()}_")
        values = {
            name: exact(float(value)) for name, value in zip(names, rows["value"], strict=True)
        }
        return values | {"violations": exact(float((~rows["passed"].astype(bool)).sum()))}

    return quantities


for claim in CHECKED:
    adjudicates(claim)(check_quantities(claim))
