"""A measured number with its intervals: what adjudicators return and rules compare."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Interval = Callable[[float], tuple[float, float]]
# One-sided p-values of a value above and of one below a threshold.
Tails = Callable[[float], tuple[float, float]]
Bounds = tuple[float, float]
UNBOUNDED: Bounds = (-math.inf, math.inf)
SHARE: Bounds = (0.0, 1.0)
GAIN: Bounds = (-1.0, 1.0)  # a difference of two shares


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval (low, high) and 90 % interval (low90, high90) from n units.

    `sample` holds the paired differences, where the estimate is one of those, and `tails` their
    test; they are not written to files, and neither is `picked`: k for the highest of k
    alternatives, -k for the lowest. `p` holds p-values by the condition that they test, such as
    "0.1" or "±0.05".
    """

    value: float
    low: float
    high: float
    low90: float
    high90: float
    n: int
    method: str
    unit: str = ""
    sample: FloatArray | None = field(default=None, repr=False, compare=False)
    tails: Tails | None = field(default=None, repr=False, compare=False)
    picked: int = field(default=0, repr=False, compare=False)
    p: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, without the sample; NaN and infinities become None."""
        bounds = ("value", "low", "high", "low90", "high90")
        numbers: dict[str, Any] = {name: finite(getattr(self, name)) for name in bounds}
        return {**numbers, "n": self.n, "method": self.method, "unit": self.unit, "p": dict(self.p)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Estimate":
        """Return the estimate whose JSON form is `data`; None becomes NaN."""
        fields: dict[str, Any] = {k: math.nan if v is None else v for k, v in data.items()}
        return cls(**fields)


def finite(x: float) -> float | None:
    """Return `x` as a plain float, or None where JSON has no number for it."""
    return float(x) if math.isfinite(x) else None


def undefined(n: int, unit: str = "") -> Estimate:
    """Return the estimate of what cannot be estimated: all NaN, so that it decides nothing."""
    nan = math.nan
    return Estimate(nan, nan, nan, nan, nan, n, "undefined", unit)


def with_intervals(value: float, interval: Interval, n: int, method: str, unit: str) -> Estimate:
    """Return `value` with `interval(level)` at 95 and 90 %, widened to contain the value."""
    low, high = _around(value, *interval(0.95))
    low90, high90 = _around(value, *interval(0.90))
    return Estimate(float(value), low, high, low90, high90, n, method, unit)


def _around(value: float, low: float, high: float) -> tuple[float, float]:
    return min(float(low), float(value)), max(float(high), float(value))


def exponential(estimate: Estimate) -> Estimate:
    """Return exp of an estimate with exp of its limits, so a mean of logs as geometric mean."""
    ends = ("value", "low", "high", "low90", "high90")
    powers: dict[str, Any] = {end: float(np.exp(getattr(estimate, end))) for end in ends}
    return replace(estimate, **powers)
