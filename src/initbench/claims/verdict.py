"""Verdicts: which condition of a rule holds, and how many seeds would decide where none does."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from initbench.claims.conditions import Comparison, Outcome, Quantities, evaluate
from initbench.statistics import Estimate

ORDER = ("reproduced", "partly", "not_reproduced")
LEVEL = 0.05
# Beyond this many the value is as good as on the threshold, and more runs are no advice.
MOST_SEEDS = 1_000_000


@dataclass(frozen=True)
class Decision:
    """What a rule says of its quantities: the condition that holds (None: none does) and why.

    `grounds` are the comparisons it rests on, those that fail where none holds; `p` is set where
    a paired difference decided.
    """

    key: str | None
    grounds: tuple[Comparison, ...]
    p: float | None
    needed_seeds: int | None


@dataclass(frozen=True)
class Verdict:
    """The verdict on one claim with all that the report shows of it; see `to_dict`."""

    id: str
    document: str
    source: str
    section: str
    kind: str
    family: str
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


def decide(rule: Mapping[str, str], quantities: Quantities) -> Decision:
    """Return the first of reproduced, partly and not reproduced that holds, or that none does."""
    outcomes = {key: evaluate(rule[key], quantities) for key in ORDER if key in rule}
    for key, outcome in outcomes.items():
        if outcome.holds:
            return Decision(key, outcome.grounds, outcome.p, None)
    failing = _distinct(outcomes)
    return Decision(None, failing, None, seeds_to_decide(rule, quantities))


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


def seeds_to_decide(rule: Mapping[str, str], quantities: Quantities) -> int | None:
    """Return about how many seeds would decide, were the present values the true ones.

    That is n (half-width / distance to the threshold)², rounded up, over the comparisons of the
    condition that the values themselves satisfy; None where they satisfy none.
    """
    settled = {name: _settled(estimate) for name, estimate in quantities.items()}
    for key in ORDER:
        outcome = evaluate(rule[key], settled) if key in rule else None
        if outcome and outcome.holds:
            return _most([_seeds(comparison, quantities) for comparison in outcome.grounds])
    return None


def _settled(estimate: Estimate) -> Estimate:
    value = estimate.value
    return replace(estimate, low=value, high=value, low90=value, high90=value, p={})


def _seeds(comparison: Comparison, quantities: Quantities) -> float:
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
    return estimate.n * (half / gap) ** 2 if gap > 0 else math.inf


def _most(seeds: list[float]) -> int | None:
    most = max(seeds)
    return math.ceil(most) if 0 < most <= MOST_SEEDS else None


def seeds_after_holm(n: int, p: float, p_holm: float) -> int | None:
    """Return about how many seeds would bring a p-value that Holm adjusted from p under 5 %.

    The normal quantile of the p-value is taken to grow with the square root of n.
    """
    from scipy import stats

    have = stats.norm.isf(p / 2)
    need = stats.norm.isf(LEVEL * p / p_holm / 2)
    return _most([n * (need / have) ** 2]) if have > 0 else None
