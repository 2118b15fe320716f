"""Verdicts: which condition of a rule holds, and how many seeds would decide where none does."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from statistics import NormalDist
from typing import Any

from initbench.claims.conditions import Comparison, Outcome, Quantities, evaluate
from initbench.statistics import Estimate

ORDER = ("reproduced", "partly", "not_reproduced")
LEVEL = 0.05
POWER = 0.9  # of the number of seeds that is named as enough
# Beyond this many the value is as good as on the threshold, and more runs are no advice.
MOST_SEEDS = 1_000_000


@dataclass(frozen=True)
class Decision:
    """What a rule says of its quantities: the condition that holds (None: none does) and why.

    `grounds` are the comparisons it rests on, those that fail where none holds; `p` is set where
    a paired difference decided. `rows` is the number of rows that Holm's correction runs over, 1
    where it does not touch this one.
    """

    key: str | None
    grounds: tuple[Comparison, ...]
    p: float | None
    needed_seeds: int | None
    rows: int = 1


@dataclass(frozen=True)
class Verdict:
    """The verdict on one claim with all that the report shows of it; see `to_dict`."""

    id: str
    document: str
    source: str
    section: str
    kind: str
    bed: str
    holm_family: str
    statement: str
    arms: str
    pitfalls: str
    verdict: str
    reason: str
    rule: Mapping[str, str] = field(default_factory=dict)
    decided_by: str | None = None
    quantities: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    p: float | None = None
    p_holm: float | None = None
    needed_seeds: int | None = None
    why: str = ""
    needs: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    amendments: tuple[str, ...] = ()
    alias_of: tuple[str, ...] = ()
    logic: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as plain JSON data."""
        return asdict(self)


def compares_pairs(quantities: Quantities) -> bool:
    """Return whether a row enters Holm's correction: it has p-values, of paired differences."""
    return any(estimate.p for estimate in quantities.values())


def decide(rule: Mapping[str, str], quantities: Quantities, rows: int = 1) -> Decision:
    """Return the first of reproduced, partly and not reproduced that holds, or that none does.

    `rows` is the number of rows of the family that compare pairs.
    """
    rows = rows if compares_pairs(quantities) else 1
    outcomes = {key: evaluate(rule[key], quantities) for key in ORDER if key in rule}
    for key, outcome in outcomes.items():
        if outcome.holds:
            return Decision(key, outcome.grounds, outcome.p, None, rows)
    failing = _distinct(outcomes)
    return Decision(None, failing, None, seeds_to_decide(rule, quantities, rows), rows)


def _distinct(outcomes: Mapping[str, Outcome]) -> tuple[Comparison, ...]:
    grounds = [comparison for outcome in outcomes.values() for comparison in outcome.grounds]
    return tuple(dict.fromkeys(grounds))


def straddles(comparison: Comparison, quantities: Quantities) -> bool:
    """Return whether the interval of the comparison has its threshold inside, so more runs help."""
    if not comparison.decisive or comparison.quantity is None:
        return False
    estimate, threshold = quantities[comparison.quantity], comparison.threshold
    if comparison.attribute == "interval":
        edges = (-threshold, threshold)
        return any(estimate.low90 <= edge <= estimate.high90 for edge in edges)
    return estimate.low < estimate.high and estimate.low <= threshold <= estimate.high


def seeds_to_decide(rule: Mapping[str, str], quantities: Quantities, rows: int = 1) -> int | None:
    """Return about how many seeds decide with 90 % power, were the present values the true ones.

    That is n (half-width / distance to the threshold)² ((z of the level + z of the power) / z of
    the interval)², rounded up, the most over the comparisons of the condition that the values
    themselves satisfy; None where they satisfy none. A paired difference is tested at 5 % / `rows`,
    the first step of Holm's correction.
    """
    settled = {name: _settled(estimate) for name, estimate in quantities.items()}
    for key in ORDER:
        outcome = evaluate(rule[key], settled) if key in rule else None
        if outcome and outcome.holds:
            return _most([_seeds(ground, quantities, rows) for ground in outcome.grounds])
    return None


def _settled(estimate: Estimate) -> Estimate:
    value = estimate.value
    return replace(estimate, low=value, high=value, low90=value, high90=value, p={})


def _seeds(comparison: Comparison, quantities: Quantities, rows: int) -> float:
    """Return the seeds that one comparison needs; 0 where it asks nothing of an interval."""
    if not comparison.decisive or comparison.quantity is None:
        return 0.0
    estimate, threshold = quantities[comparison.quantity], comparison.threshold
    match comparison.attribute:
        case "low":
            half, gap = estimate.value - estimate.low, estimate.value - threshold
        case "high":
            half, gap = estimate.high - estimate.value, threshold - estimate.value
        case _:
            half = max(estimate.value - estimate.low90, estimate.high90 - estimate.value)
            gap = threshold - abs(estimate.value)
    factor = _of_power(comparison.attribute == "interval", rows if estimate.p else 1)
    return estimate.n * (half / gap) ** 2 * factor if gap > 0 else math.inf


def _of_power(equivalence: bool, rows: int) -> float:
    """Return how many times more runs than those whose interval just ends at the threshold."""
    tail = LEVEL if equivalence else LEVEL / 2
    # An equivalence can be missed on both sides.
    power = _z((1 - POWER) / 2 if equivalence else 1 - POWER)
    return ((_z(tail / rows) + power) / _z(tail)) ** 2


def _z(tail: float) -> float:
    """Return the normal quantile with the probability `tail` above it."""
    return -NormalDist().inv_cdf(tail)


def _most(seeds: list[float]) -> int | None:
    most = max(seeds)
    return math.ceil(most) if 0 < most <= MOST_SEEDS else None


def seeds_after_holm(n: int, p: float, p_holm: float) -> int | None:
    """Return about how many seeds bring a p-value that Holm adjusted under 5 % with 90 % power.

    The normal quantile of the p-value is taken to grow with the square root of n.
    """
    have = _z(p / 2)
    need = _z(LEVEL * p / p_holm / 2) + _z(1 - POWER)
    return _most([n * (need / have) ** 2]) if have > 0 else None
