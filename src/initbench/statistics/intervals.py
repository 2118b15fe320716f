"""Intervals of shares, means and medians over seeds."""

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from initbench.errors import InitbenchError
from initbench.statistics.estimate import (
    UNBOUNDED,
    Bounds,
    Estimate,
    FloatArray,
    Interval,
    undefined,
    with_intervals,
)

BOOTSTRAP_FROM = 50
RESAMPLES = 10_000
RESAMPLING_SEED = 2_000_000
BATCH_ENTRIES = 500_000  # numbers resampled at a time, so that they stay in the cache
# Differences below this share of the largest entry are rounding, not spread.
ROUNDING = 1e-9
RESOLUTION = 1e-6  # of what may have passed through float32, as accuracies do

Limits = Callable[[float], tuple[FloatArray, FloatArray]]  # by level


def exact(value: float, *, n: int = 1, unit: str = "") -> Estimate:
    """Return a deterministic number, whose interval is the number itself."""
    return with_intervals(value, lambda _: (value, value), n, "exact", unit)


def proportion(success: npt.ArrayLike, *, unit: str = "") -> Estimate:
    """Return the share of true entries of `success` (n,) with its exact interval.

    That of Clopper and Pearson (1934): of the common ones the only one that never covers less than
    it says, neither above nor below (Brown, Cai and DasGupta 2001, section 4).
    """
    flags = np.asarray(success)
    if flags.size == 0:
        return undefined(0, unit)
    if flags.dtype != np.bool_:
        raise InitbenchError(
            f"A share needs true or false per run but got {flags.dtype} values; "
            "compare them with a level first."
        )
    count, n = int(flags.sum()), flags.size

    def interval(level: float) -> tuple[float, float]:
        low, high = proportion_confint(count, n, alpha=1 - level, method="beta")
        return float(low), float(high)

    return with_intervals(count / n, interval, n, "Clopper-Pearson interval", unit)


def mean(x: npt.ArrayLike, *, bounds: Bounds = UNBOUNDED, unit: str = "") -> Estimate:
    """Return the mean of `x` (n,): BCa bootstrap of 10 000 resamples (Efron 1987) from n = 50 on,
    else Student's t, inside the `bounds` of the quantity.

    Where more than half of the values are equal, the limits are at least those of a constant
    sample, see `of_ties`. An empty sample, NaN or infinities give an undefined estimate.
    """
    sample = np.asarray(x, dtype=np.float64)
    if sample.size == 0 or not np.isfinite(sample).all():
        return undefined(sample.size, unit)

    found = limits(sample[None], bounds)

    def interval(level: float) -> tuple[float, float]:
        low, high = found(level)
        return float(low[0]), float(high[0])

    method = _method(sample, bounds)
    return with_intervals(float(sample.mean()), interval, sample.size, method, unit)


def _method(sample: FloatArray, bounds: Bounds) -> str:
    if sample.size == 1:
        return "single value"
    if bool(ties(sample, bounds).all()):
        return "constant sample"
    return "t interval" if sample.size < BOOTSTRAP_FROM else "BCa bootstrap"


def limits(samples: FloatArray, bounds: Bounds, resamples: int = RESAMPLES) -> Limits:
    """Return the limits by level of the means of `samples` (m, n), as `mean` gives them."""
    n = samples.shape[-1]
    varied, tied = ~ties(samples, bounds).all(axis=-1), mostly_tied(samples, bounds)
    spread = _student if n < BOOTSTRAP_FROM else partial(_bootstrap, resamples=resamples)
    of_varied = spread(samples[varied]) if n > 1 and varied.any() else None

    def at(level: float) -> tuple[FloatArray, FloatArray]:
        low, high = samples.mean(axis=-1), samples.mean(axis=-1)
        if of_varied is not None:
            low[varied], high[varied] = of_varied(level)
        lowest, highest = of_ties(samples[tied], level, bounds)
        low[tied], high[tied] = np.minimum(low[tied], lowest), np.maximum(high[tied], highest)
        return np.maximum(low, bounds[0]), np.minimum(high, bounds[1])

    return at if n > 1 else lambda _: _anywhere(len(samples), bounds)


def _anywhere(count: int, bounds: Bounds) -> tuple[FloatArray, FloatArray]:
    return np.full(count, bounds[0]), np.full(count, bounds[1])


def ties(samples: FloatArray, bounds: Bounds) -> npt.NDArray[np.bool_]:
    """Return which values of `samples` (…, n) equal the median of their sample.

    Equal is what differs by less than the resolution of a number that passed through float32,
    relative to the span of the bounds or, without bounds, to the largest value.
    """
    span = bounds[1] - bounds[0]
    scale = span if math.isfinite(span) else np.abs(samples).max(axis=-1, keepdims=True)
    apart = np.abs(samples - np.median(samples, axis=-1, keepdims=True))
    return np.asarray(apart <= RESOLUTION * scale)


def mostly_tied(samples: FloatArray, bounds: Bounds) -> npt.NDArray[np.bool_]:
    """Return which of `samples` (…, n) consist of one value to more than a half."""
    return np.asarray(2 * ties(samples, bounds).sum(axis=-1) > samples.shape[-1])


def of_ties(samples: FloatArray, level: float, bounds: Bounds) -> tuple[FloatArray, FloatArray]:
    """Return the limits of the means of `samples` (m, n) that are v to more than a half.

    With k values beyond v, at most the share of Clopper and Pearson's (1934) upper limit for k of n
    lies there: at worst all of it at the farthest of them or, for k = 0, where that limit is
    s = 1 - (α/2)^(1/n), at the bound of the quantity. So a constant sample gives v ± s · (distance
    to the bound), one that is mostly constant no less, and without bounds there are no limits.
    """
    high = _beyond(samples, level, bounds[1])
    return -_beyond(-samples, level, -bounds[0]), high


def _beyond(samples: FloatArray, level: float, bound: float) -> FloatArray:
    tied = np.median(samples, axis=-1)
    n, count = samples.shape[-1], (samples > tied[..., None]).sum(axis=-1)
    seen, unseen = (stats.beta.isf((1 - level) / 2, k + 1, n - k) for k in (count, 0))
    farthest: FloatArray = np.maximum(seen * (samples.max(axis=-1) - tied), unseen * (bound - tied))
    return tied + farthest


def _student(samples: FloatArray) -> Limits:
    freedom, error = samples.shape[-1] - 1, stats.sem(samples, axis=-1)
    centre = samples.mean(axis=-1)

    def at(level: float) -> tuple[FloatArray, FloatArray]:
        half = stats.t.isf((1 - level) / 2, freedom) * error
        return centre - half, centre + half

    return at


def _bootstrap(samples: FloatArray, resamples: int) -> Limits:
    draw = partial(
        stats.bootstrap,
        (samples,),
        np.mean,
        axis=-1,
        batch=max(1, BATCH_ENTRIES // samples.size),
        method="BCa",
    )
    first = draw(n_resamples=resamples, rng=np.random.default_rng(RESAMPLING_SEED))

    def at(level: float) -> tuple[FloatArray, FloatArray]:
        again = draw(n_resamples=0, bootstrap_result=first, confidence_level=level)
        return again.confidence_interval.low, again.confidence_interval.high

    return at


def median(x: npt.ArrayLike, *, step: float = 0.0, unit: str = "") -> Estimate:
    """Return the median of `x` (n,) with the distribution-free interval of order statistics
    (Conover 1999, section 3.2).

    Infinities count as very large or small; fewer than six values have no 95 % bounds; an empty
    sample or NaN give an undefined estimate. What is read on a grid of the given `step`, such as an
    accuracy on 200 points, is known to no more than that, so the limits are at least as far away.
    """
    sample = np.asarray(x, dtype=np.float64)
    if sample.size == 0 or np.isnan(sample).any():
        return undefined(sample.size, unit)
    interval = _of_median(sample, step)
    return with_intervals(float(np.median(sample)), interval, sample.size, "order statistics", unit)


def _of_median(sample: FloatArray, step: float) -> Interval:
    test, middle = stats.quantile_test(sample, p=0.5), float(np.median(sample))

    def interval(level: float) -> tuple[float, float]:
        bounds = test.confidence_interval(level)
        # SciPy gives NaN where the sample is too small for a bound.
        low, high = _known(bounds.low, -math.inf), _known(bounds.high, math.inf)
        return min(low, middle - step), max(high, middle + step)

    return interval


def _known(end: float, otherwise: float) -> float:
    return otherwise if math.isnan(end) else end
