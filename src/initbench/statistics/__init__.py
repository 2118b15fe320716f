"""Estimates with intervals, and tests, as the ledger asks for them.

What computes them imports SciPy, which takes seconds; it is imported when it is first asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

from initbench.statistics.estimate import (
    GAIN,
    SHARE,
    UNBOUNDED,
    Bounds,
    Estimate,
    exponential,
    undefined,
    with_intervals,
)

if TYPE_CHECKING:
    from initbench.statistics.association import auc, spearman
    from initbench.statistics.intervals import (
        exact,
        mean,
        median,
        proportion,
    )
    from initbench.statistics.paired import paired_difference, studentised
    from initbench.statistics.significance import equivalence_p, holm, p_value
else:
    _HOMES = {
        **dict.fromkeys(("auc", "spearman"), "association"),
        **dict.fromkeys(("exact", "mean", "median", "proportion"), "intervals"),
        **dict.fromkeys(("paired_difference", "studentised"), "paired"),
        **dict.fromkeys(("equivalence_p", "holm", "p_value"), "significance"),
    }

    def __getattr__(name: str) -> Any:
        """Return a function of a module that is not imported before."""
        if name not in _HOMES:
            raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "GAIN",
    "SHARE",
    "UNBOUNDED",
    "Bounds",
    "Estimate",
    "auc",
    "equivalence_p",
    "exact",
    "exponential",
    "holm",
    "mean",
    "median",
    "p_value",
    "paired_difference",
    "proportion",
    "spearman",
    "studentised",
    "undefined",
    "with_intervals",
]
