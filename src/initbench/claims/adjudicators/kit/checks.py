"""Picks from the table of checks what the adjudicators compare: the checks of one claim."""

from collections.abc import Callable, Mapping

import pandas as pd

from initbench.errors import InitbenchError
from initbench.statistics import Estimate, exact
from initbench.tables.read import Tables


def checks_of(tables: Tables, claim: str) -> pd.DataFrame:
    """Return the rows of the checks of `claim`; InitbenchError when there is none."""
    checks = tables.checks()
    rows = checks[checks["claim"] == claim]
    if rows.empty:
        raise InitbenchError(f"No check of {claim} was found; run the checks before judging.")
    return rows


def check_quantities(
    claim: str, keyed: Mapping[str, str] | None = None
) -> Callable[[Tables], dict[str, Estimate]]:
    """Return the adjudicator of a row that is decided by checks alone.

    Each check gives the quantity named by its slug without the claim ("a02_forward" gives
    "forward") with the measured value, or as `keyed` says ({"square": "deviation[square]"});
    "violations" counts the checks that failed.
    """

    def quantities(tables: Tables) -> dict[str, Estimate]:
        rows = checks_of(tables, claim)
        slugs = rows["check"].str.removeprefix(f"{claim.lower()}_")
        names = [(keyed or {}).get(slug, slug) for slug in slugs]
        values = {
            name: exact(float(value)) for name, value in zip(names, rows["value"], strict=True)
        }
        return values | {"violations": exact(float((~rows["passed"].astype(bool)).sum()))}

    return quantities
