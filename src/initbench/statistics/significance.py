"""p-values of paired differences by flipping signs, and Holm's correction."""

from collections.abc import Iterator, Sequence

import numpy as np

from initbench.errors import InitbenchError
from initbench.statistics.estimate import Estimate, FloatArray
from initbench.statistics.intervals import RESAMPLES, RESAMPLING_SEED, ROUNDING

# 2^20 sign patterns take some 20 ms; each further pair doubles that.
EXACT_UP_TO = 20
BATCH = 1000  # random flips at a time
SLACK = 100 * np.finfo(np.float64).eps  # means that differ by less are equal up to rounding


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
    centre = float(sample.mean())
    slack = SLACK * abs(centre)
    reached = sum(int((means >= centre - slack).sum()) for means in _flipped_means(sample))
    return (reached + 1) / (RESAMPLES + 1)


def _flipped_means(sample: FloatArray) -> Iterator[FloatArray]:
    """Yield the means of `sample` under random signs, those of `scipy.stats.permutation_test`.

    SciPy handles each pair by itself, which takes several times as long.
    """
    stream = np.random.default_rng(RESAMPLING_SEED)
    sides = np.tile(np.arange(2), (BATCH, sample.size, 1))
    column = sample[:, None]
    for _ in range(RESAMPLES // BATCH):
        second = stream.permuted(sides, axis=-1)[..., 0].T == 1
        yield np.where(second, -column, column).mean(axis=0)


def _signed_sums(sample: FloatArray) -> FloatArray:
    """Return the sums of `sample` under all 2^n sign patterns."""
    sums = np.zeros(1)
    for x in sample:
        sums = np.concatenate([sums - x, sums + x])
    return sums


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted by Holm (1979), in the order given."""
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    return [float(value) for value in np.minimum(adjusted, 1.0)]
