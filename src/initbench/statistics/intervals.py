"""Intervals of shares, means, medians and paired differences over seeds."""

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from initbench.errors import InitbenchError
from initbench.statistics.estimate import Estimate, FloatArray, Interval, undefined, with_intervals

BOOTSTRAP_FROM = 50
RESAMPLES = 10_000
RESAMPLING_SEED = 2_000_000
BATCH_ENTRIES = 500_000  # numbers resampled at a time, so that they stay in the cache
# Differences below this share of the largest entry are rounding, not spread.
ROUNDING = 1e-9


def exact(value: float, *, n: int = 1, unit: str = "") -> Estimate:
    """Return a deterministic number, whose interval is the number itself."""
    return with_intervals(value, lambda _: (value, value), n, "exact", unit)


def proportion(success: npt.ArrayLike, *, unit: str = "") -> Estimate:
    """Return the share of true entries of `success` (n,) with the interval of Wilson (1927)."""
    return _share(success, "wilson", "Wilson interval", unit)


def exact_proportion(success: npt.ArrayLike, *, unit: str = "") -> Estimate:
    """Return the share of true entries with the interval of Clopper and Pearson (1934)."""
    return _share(success, "beta", "Clopper-Pearson interval", unit)


def _share(success: npt.ArrayLike, name: str, method: str, unit: str) -> Estimate:
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
        low, high = proportion_confint(count, n, alpha=1 - level, method=name)
        return max(low, 0.0), min(high, 1.0)

    return with_intervals(count / n, interval, n, method, unit)


def mean(x: npt.ArrayLike, *, unit: str = "") -> Estimate:
    """Return the mean of `x` (n,): BCa bootstrap of 10 000 resamples (Efron 1987) from n = 50 on,
    else Student's t; without spread the interval is the point, and one value has no bounds.

    An empty sample, NaN or infinities give an undefined estimate.
    """
    sample = np.asarray(x, dtype=np.float64)
    if sample.size == 0 or not np.isfinite(sample).all():
        return undefined(sample.size, unit)
    interval, method = _of_mean(sample)
    return with_intervals(float(sample.mean()), interval, sample.size, method, unit)


def _of_mean(sample: FloatArray) -> tuple[Interval, str]:
    if sample.size == 1:
        return lambda _: (-math.inf, math.inf), "single value"
    if np.ptp(sample) <= ROUNDING * np.abs(sample).max():
        centre = float(sample.mean())
        return lambda _: (centre, centre), "constant sample"
    if sample.size < BOOTSTRAP_FROM:
        return _student(sample), "t interval"
    return _bootstrap(sample), "BCa bootstrap"


def _student(sample: FloatArray) -> Interval:
    law = stats.t(sample.size - 1, loc=sample.mean(), scale=stats.sem(sample))
    return lambda level: law.interval(level)


def _bootstrap(sample: FloatArray) -> Interval:
    stream = np.random.default_rng(RESAMPLING_SEED)
    batch = max(1, BATCH_ENTRIES // sample.size)
    resamples = stats.bootstrap(
        (sample,), np.mean, n_resamples=RESAMPLES, batch=batch, method="BCa", rng=stream
    )

    def interval(level: float) -> tuple[float, float]:
        result = stats.bootstrap(
            (sample,),
            np.mean,
            n_resamples=0,
            batch=batch,
            bootstrap_result=resamples,
            confidence_level=level,
            method="BCa",
        )
        return result.confidence_interval.low, result.confidence_interval.high

    return interval


def paired_difference(a: npt.ArrayLike, b: npt.ArrayLike, *, unit: str = "") -> Estimate:
    """Return the mean of a - b over pairs, `a` and `b` (n,) in the same order of seeds.

    Intervals as in `mean`; the differences are kept as the sample that p-values need. Raises
    InitbenchError for unequal lengths.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape:
        raise InitbenchError(
            f"Pairs need equally many runs but got {first.size} and {second.size}; "
            "align them by seed first."
        )
    differences = first - second
    estimate = mean(differences, unit=unit)
    return replace(estimate, sample=differences if math.isfinite(estimate.value) else None)


def median(x: npt.ArrayLike, *, unit: str = "") -> Estimate:
    """Return the median of `x` (n,) with the distribution-free interval of order statistics
    (Conover 1999, section 3.2).

    Infinities count as very large or small; fewer than six values have no 95 % bounds; an empty
    sample or NaN give an undefined estimate.
    """
    sample = np.asarray(x, dtype=np.float64)
    if sample.size == 0 or np.isnan(sample).any():
        return undefined(sample.size, unit)
    interval = _of_median(sample)
    return with_intervals(float(np.median(sample)), interval, sample.size, "order statistics", unit)


def _of_median(sample: FloatArray) -> Interval:
    test = stats.quantile_test(sample, p=0.5)

    def interval(level: float) -> tuple[float, float]:
        bounds = test.confidence_interval(level)
        # SciPy gives NaN where the sample is too small for a bound.
        low, high = bounds.low, bounds.high
        return -math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high

    return interval
