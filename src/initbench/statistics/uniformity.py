"""p-values under a null hypothesis that is true by construction, and whether they are uniform."""

import numpy as np
import numpy.typing as npt
from scipy import stats

from initbench.statistics.estimate import FloatArray
from initbench.statistics.significance import sign_flips


def null_p_values(values: npt.ArrayLike, pairs: int) -> FloatArray:
    """Return sign-flip p-values of runs of one cell against each other, each run used once.

    `values` (n,) are cut into groups of 2 `pairs` runs, whose first half is paired with the
    second. Their ranks are compared, a run without a number ranking last: under equal laws every
    test is exact and the tests are independent.
    """
    sample = np.asarray(values, dtype=np.float64)
    ranks = stats.rankdata(np.where(np.isnan(sample), np.inf, sample))
    groups = ranks[: ranks.size - ranks.size % (2 * pairs)].reshape(-1, 2, pairs)
    flips = [sign_flips(first - second, 0.0) for first, second in groups]
    return np.array([min(1.0, 2 * min(tails)) for tails in flips])


def uniformity_p(p_values: npt.ArrayLike) -> float:
    """Return the p-value of the Kolmogorov-Smirnov test of `p_values` (n,) against U(0, 1)."""
    return float(stats.kstest(np.asarray(p_values, dtype=np.float64), "uniform").pvalue)
