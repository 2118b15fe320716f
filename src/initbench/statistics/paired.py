"""Differences of two arms over the same seeds, with intervals and the tests that go with them."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from initbench.errors import InitbenchError
from initbench.statistics import bootstrap_t, intervals, paired_shares
from initbench.statistics.estimate import (
    UNBOUNDED,
    Bounds,
    Estimate,
    FloatArray,
    Tails,
    undefined,
    with_intervals,
)
from initbench.statistics.intervals import mean
from initbench.statistics.significance import sign_flips


def paired_difference(
    a: npt.ArrayLike, b: npt.ArrayLike, *, bounds: Bounds = UNBOUNDED, unit: str = ""
) -> Estimate:
    """Return the mean of a - b over pairs, `a` and `b` (n,) in the same order of seeds.

    Two arms of true and false have the limits and the test of `paired_shares`; all others those of
    `mean`, inside the `bounds` of a difference, and `sign_flips`. The differences are kept as the
    sample. Raises InitbenchError for unequal lengths.
    """
    first, second = np.asarray(a), np.asarray(b)
    if first.shape != second.shape:
        raise InitbenchError(
            f"Pairs need equally many runs but got {first.size} and {second.size}; "
            "align them by seed first."
        )
    differences = first.astype(np.float64) - second.astype(np.float64)
    if first.dtype == second.dtype == np.bool_:
        return _of_shares(differences, unit)
    estimate = mean(differences, bounds=bounds, unit=unit)
    if not np.isfinite(estimate.value):
        return estimate
    return replace(estimate, sample=differences, tails=_tails(differences, bounds))


def _of_shares(differences: FloatArray, unit: str) -> Estimate:
    n = differences.size
    if n == 0:
        return undefined(0, unit)
    b, c = int((differences > 0).sum()), int((differences < 0).sum())

    def interval(level: float) -> tuple[float, float]:
        return paired_shares.limits(b, c, n, level)

    estimate = with_intervals((b - c) / n, interval, n, paired_shares.method(n), unit)
    return replace(estimate, sample=differences, tails=paired_shares.tails(b, c, n))


def _tails(differences: FloatArray, bounds: Bounds) -> Tails:
    if not intervals.mostly_tied(differences, bounds):
        return lambda threshold: sign_flips(differences, threshold)

    def at(threshold: float) -> tuple[float, float]:
        flips = sign_flips(differences, threshold)
        ties = _of_ties(differences, threshold, bounds)
        return max(flips[0], ties[0]), max(flips[1], ties[1])

    return at


def _of_ties(differences: FloatArray, threshold: float, bounds: Bounds) -> tuple[float, float]:
    """Return the p-values whose inversion gives the limits of `intervals.of_ties`."""
    above = _not_beyond(-differences, -threshold, -bounds[0])
    return above, _not_beyond(differences, threshold, bounds[1])


def _not_beyond(differences: FloatArray, threshold: float, bound: float) -> float:
    """Return the larger chance to see so little beyond the tie, if the mean is `threshold`."""
    tied = float(np.median(differences))
    if threshold <= tied:
        return 1.0
    count, farthest = int((differences > tied).sum()), float(differences.max())
    shares = [(threshold - tied) / (end - tied) if end > tied else 1.0 for end in (farthest, bound)]
    chances = stats.binom.cdf([count, 0], differences.size, np.minimum(shares, 1.0))
    return float(chances.max())


def studentised(estimate: Estimate, bounds: Bounds = UNBOUNDED) -> Estimate:
    """Return a paired difference with limits and test of the studentised bootstrap.

    For differences that are skewed, see `bootstrap_t`; a row asks for it before the data. An
    estimate that is undefined, of shares, or mostly ties keeps what it has. Raises InitbenchError
    without paired differences.
    """
    if np.isnan(estimate.value) or "score" in estimate.method:
        return estimate
    if estimate.sample is None:
        raise InitbenchError(
            f"A studentised bootstrap needs paired differences but got an estimate by "
            f"{estimate.method}; use paired_difference."
        )
    if intervals.mostly_tied(estimate.sample, bounds):
        return estimate
    again = bootstrap_t.resampled(estimate.sample)
    found = with_intervals(
        estimate.value, again.limits, estimate.n, "studentised bootstrap", estimate.unit
    )
    return replace(found, sample=estimate.sample, picked=estimate.picked, tails=again.tails)
