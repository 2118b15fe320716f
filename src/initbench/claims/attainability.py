"""Can the configured seeds decide a claim at all? Asked before training, from the rule alone."""

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from initbench import statistics
from initbench.claims import wording
from initbench.claims.conditions import Comparison, evaluate
from initbench.claims.ledger import WORDS, Quantity, Row
from initbench.claims.verdict import LEVEL
from initbench.statistics import Estimate, undefined


def attainable(row: Row, seeds: int, rows: int = 1) -> str | None:
    """Return None if each verdict of the row's rule can come out of `seeds` runs, else a sentence.

    Only quantities of a declared kind limit a rule: a proportion by its exact interval at all
    successes or all failures, a difference by the smallest p-value that its test can give, times
    the number of `rows` of the family that compare pairs (see `comparing`).
    """
    best = {name: _best(quantity, seeds) for name, quantity in row.quantities.items()}
    causes = {key: _causes(rule, best, row, (seeds, rows)) for key, rule in row.rule.items()}
    closed = {key: found for key, found in causes.items() if found}
    if not closed:
        return None
    distinct = dict.fromkeys(cause for found in closed.values() for cause in found)
    verdicts = [WORDS[key] for key in closed]
    return wording.unreachable(verdicts, distinct, every=len(closed) == len(causes))


def _best(quantity: Quantity, seeds: int) -> Estimate:
    """Return the highest lower end and the lowest upper end that `seeds` runs can give at once."""
    if quantity.kind != "proportion" or seeds < 1:
        return undefined(seeds)
    all_successes = statistics.proportion(np.ones(seeds, dtype=bool))
    all_failures = statistics.proportion(np.zeros(seeds, dtype=bool))
    return replace(undefined(seeds), low=all_successes.low, high=all_failures.high)


def comparing(rows: Iterable[Row], family: str) -> int:
    """Return the number of `rows` of a family whose rule rests on a paired difference."""
    return sum(row.holm_family == family and _compares_pairs(row) for row in rows)


def _compares_pairs(row: Row) -> bool:
    known = dict.fromkeys(row.quantities, undefined(0))
    asked = (c for rule in row.rule.values() for c in evaluate(rule, known).comparisons)
    return any(c.decisive and row.quantities[c.quantity or ""].kind == "difference" for c in asked)


def _causes(
    condition: str, best: dict[str, Estimate], row: Row, runs: tuple[int, int]
) -> list[str]:
    """Return why `condition` can never hold, comparison by comparison; empty if it can.

    `runs` are the seeds and the number of rows of the family that compare pairs.
    """

    def limit(comparison: Comparison) -> str | None:
        if not comparison.decisive or math.isnan(comparison.threshold):
            return None
        kind = row.quantities[comparison.quantity or ""].kind
        if kind == "proportion" and comparison.attribute != "interval" and not comparison.holds:
            return _out_of_reach(comparison, runs[0])
        return _too_few_pairs(comparison, *runs) if kind == "difference" else None

    outcome = evaluate(condition, best, lambda comparison: limit(comparison) is None)
    return [] if outcome.holds else [cause for c in outcome.grounds if (cause := limit(c))]


def _out_of_reach(comparison: Comparison, seeds: int) -> str:
    """Return the sentence for a share whose interval cannot leave the threshold behind."""
    threshold = comparison.threshold
    end, count, power = "lower", seeds, threshold
    if comparison.attribute == "high":
        end, count, power = "upper", 0, 1 - threshold
    # The exact lower end of n successes in n is (α/2)^(1/n), the upper end of none 1 - (α/2)^(1/n).
    runs = math.log(LEVEL / 2) / math.log(power) if 0 < power < 1 else math.inf
    return wording.out_of_reach(comparison, end, count, seeds, runs)


def _too_few_pairs(comparison: Comparison, seeds: int, rows: int) -> str | None:
    """Return the sentence for a difference over so few pairs that no p-value reaches 5 %, or None.

    The smallest p-value of n pairs is 2 / 2^n, of an equivalence test 1 / 2^n, both of sign flips
    and of success rates; Holm's correction multiplies the smallest of `rows` by their number.
    """
    smallest = max(1, rows) * (1 if comparison.attribute == "interval" else 2)
    if smallest / 2**seeds <= LEVEL:
        return None
    pairs = math.ceil(math.log2(smallest / LEVEL))
    return wording.too_few_pairs(seeds, min(1.0, smallest / 2**seeds), pairs, rows)
