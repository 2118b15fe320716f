"""Estimates with intervals, and tests, as the ledger asks for them."""

from initbench.statistics.association import auc, spearman
from initbench.statistics.estimate import Estimate, undefined, with_intervals
from initbench.statistics.intervals import (
    exact,
    exact_proportion,
    mean,
    median,
    paired_difference,
    proportion,
)
from initbench.statistics.significance import equivalence_p, holm, p_value

__all__ = [
    "Estimate",
    "auc",
    "equivalence_p",
    "exact",
    "exact_proportion",
    "holm",
    "mean",
    "median",
    "p_value",
    "paired_difference",
    "proportion",
    "spearman",
    "undefined",
    "with_intervals",
]
