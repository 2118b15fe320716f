"""p-values of paired differences, the test by flipping signs, and Holm's correction."""

from collections.abc import Sequence

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

from initbench.errors import InitbenchError
from initbench.statistics.estimate import Estimate, FloatArray, Tails
from initbench.statistics.intervals import RESAMPLES, RESAMPLING_SEED, ROUNDING

# 2^20 sign patterns take some 20 ms; each further pair doubles that.
EXACT_UP_TO = 20


def p_value(estimate: Estimate, threshold: float) -> float:
    """Return the two-sided p-value of a paired difference against `threshold`.

    Twice the smaller tail of the estimate's own test. Raises InitbenchError for an estimate without
    paired differences.
    """
    return min(1.0, 2 * min(_tails(estimate)(threshold)))


def equivalence_p(estimate: Estimate, margin: float) -> float:
    """Return the larger p-value of the two one-sided tests against -margin and +margin.

    This is TOST (Schuirmann 1987); raises InitbenchError as `p_value` does.
    """
    tails = _tails(estimate)
    return max(tails(-margin)[0], tails(margin)[1])


def _tails(estimate: Estimate) -> Tails:
    if estimate.tails is None:
        raise InitbenchError(
            f"A test needs paired differences but got an estimate by {estimate.method}; "
            "use paired_difference."
        )
    return estimate.tails


def sign_flips(differences: FloatArray, threshold: float) -> tuple[float, float]:
    """Return the one-sided p-values that the mean of `differences` lies above, and below.

    Exact up to 20 pairs, else 10 000 random flips (Good 2005, section 3.2). The signs of
    differences minus threshold are taken to be exchangeable: the test assumes a law that is
    symmetric about the threshold. Without skewness, or at a threshold of 0 for two arms of one law,
    it holds; for skewed differences `paired.studentised` is the alternative.
    """
    shifted = differences - threshold
    slack = ROUNDING * np.abs(shifted).sum()
    sums, met = _sums(shifted), shifted.sum()
    # Of random patterns the one that was met is one more.
    drawn = 0 if shifted.size <= EXACT_UP_TO else 1
    above, below = (sums >= met - slack).sum() + drawn, (sums <= met + slack).sum() + drawn
    return float(above / (sums.size + drawn)), float(below / (sums.size + drawn))


def _sums(sample: FloatArray) -> FloatArray:
    """Return the sums of `sample` (n,) under all patterns of signs, or 10 000 of them."""
    if sample.size <= EXACT_UP_TO:
        return _signed_sums(sample)
    test = stats.permutation_test(
        (sample,),
        np.sum,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        batch=1000,
        rng=np.random.default_rng(RESAMPLING_SEED),
    )
    return np.asarray(test.null_distribution)


def _signed_sums(sample: FloatArray) -> FloatArray:
    """Return the sums of `sample` under all 2^n sign patterns."""
    sums = np.zeros(1)
    for x in sample:
        sums = np.concatenate([sums - x, sums + x])
    return sums


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted by Holm (1979), in the order given."""
    if not p_values:
        return []
    return [float(p) for p in multipletests(p_values, method="holm")[1]]
