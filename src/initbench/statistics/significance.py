"""p-values of paired differences by flipping signs, and Holm's correction."""

from collections.abc import Sequence

import numpy as np
from scipy import stats
from statsmodels.stats.multitest import multipletests

from initbench.errors import InitbenchError
from initbench.statistics.estimate import Estimate, FloatArray
from initbench.statistics.intervals import RESAMPLES, RESAMPLING_SEED, ROUNDING

# 2^20 sign patterns take some 20 ms; each further pair doubles that.
EXACT_UP_TO = 20


def p_value(estimate: Estimate, threshold: float) -> float:
    """Return the two-sided sign-flip p-value of the mean paired difference against `threshold`.

    Exact up to 20 pairs, else 10 000 random flips (Good 2005, section 3.2). Raises InitbenchError
    for an estimate without paired differences.
    """
    shifted = _differences(estimate) - threshold
    return min(1.0, 2 * _upper_tail(shifted if shifted.sum() > 0 else -shifted))


def equivalence_p(estimate: Estimate, margin: float) -> float:
    """Return the larger p-value of the two one-sided sign-flip tests against -margin and +margin.

    This is TOST (Schuirmann 1987); raises InitbenchError as `p_value` does.
    """
    differences = _differences(estimate)
    return max(_upper_tail(differences + margin), _upper_tail(margin - differences))


def _differences(estimate: Estimate) -> FloatArray:
    if estimate.sample is None:
        raise InitbenchError(
            f"A sign-flip test needs paired differences but got an estimate by {estimate.method}; "
            "use paired_difference."
        )
    return estimate.sample


def _upper_tail(sample: FloatArray) -> float:
    """Return the share of sign patterns whose sum is at least that of `sample` (n,)."""
    if sample.size <= EXACT_UP_TO:
        slack = ROUNDING * np.abs(sample).sum()
        return float(np.mean(_signed_sums(sample) >= sample.sum() - slack))
    stream = np.random.default_rng(RESAMPLING_SEED)
    test = stats.permutation_test(
        (sample,),
        np.mean,
        permutation_type="samples",
        alternative="greater",
        n_resamples=RESAMPLES,
        batch=1000,
        rng=stream,
    )
    return float(test.pvalue)


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
