"""The outermost of several estimates, by either end of their intervals."""

from collections.abc import Iterable
from dataclasses import replace

from initbench.statistics import Estimate


def lowest_lower(estimates: Iterable[Estimate]) -> Estimate:
    """Return the estimate whose lower limit is lowest."""
    return min(estimates, key=lambda estimate: estimate.low)


def highest_lower(estimates: Iterable[Estimate]) -> Estimate:
    """Return the estimate whose lower limit is highest."""
    return max(estimates, key=lambda estimate: estimate.low)


def lowest_upper(estimates: Iterable[Estimate]) -> Estimate:
    """Return the estimate whose upper limit is lowest."""
    return min(estimates, key=lambda estimate: estimate.high)


def highest_upper(estimates: Iterable[Estimate]) -> Estimate:
    """Return the estimate whose upper limit is highest."""
    return max(estimates, key=lambda estimate: estimate.high)


def named(estimate: Estimate, name: str) -> Estimate:
    """Return `estimate` with `name`, that of the chosen case, added to its method."""
    return replace(estimate, method=f"{estimate.method}; {name}")
