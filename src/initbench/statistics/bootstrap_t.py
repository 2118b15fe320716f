"""The studentised bootstrap of a mean: it follows the skewness that sign flips and t leave out."""

from dataclasses import dataclass

import numpy as np

from initbench.statistics.estimate import FloatArray
from initbench.statistics.intervals import RESAMPLES, RESAMPLING_SEED


@dataclass(frozen=True)
class Resampled:
    """A mean with its standard error, and the sorted roots (mean* - mean) / error* of resamples."""

    mean: float
    error: float
    roots: FloatArray

    def limits(self, level: float) -> tuple[float, float]:
        """Return the bootstrap-t interval (Efron and Tibshirani 1993, eq. 12.22; Hall 1988)."""
        tail = (1 - level) / 2
        high, low = np.quantile(self.roots, [tail, 1 - tail], method="inverted_cdf")
        return self.mean - self.error * float(low), self.mean - self.error * float(high)

    def tails(self, threshold: float) -> tuple[float, float]:
        """Return the one-sided p-values of a mean above and of one below `threshold`.

        Shares of roots at least as extreme as (mean - threshold) / error, the sample counted among
        them (Davison and Hinkley 1997, eq. 4.11).
        """
        root = (self.mean - threshold) / self.error
        count = len(self.roots) + 1
        above, below = (self.roots >= root).sum() + 1, (self.roots <= root).sum() + 1
        return float(above / count), float(below / count)


def resampled(sample: FloatArray) -> Resampled:
    """Return the 10 000 resamples of a sample (n,) that is not constant."""
    stream = np.random.default_rng(RESAMPLING_SEED)
    return of_counts(sample[None], multiplicities(sample.size, RESAMPLES, stream))[0]


def multiplicities(n: int, resamples: int, stream: np.random.Generator) -> FloatArray:
    """Return how often each of n values occurs in each resample, (resamples, n)."""
    return stream.multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float64)


def of_counts(samples: FloatArray, counts: FloatArray) -> list[Resampled]:
    """Return `samples` (m, n) resampled by `counts` (resamples, n).

    A resample without spread has an infinite root, on the side of its mean: it has no error to
    divide by, and leaving it out would make the limits narrower than the sample warrants.
    """
    n = samples.shape[-1]
    centre = samples.mean(axis=-1, keepdims=True)
    apart = samples - centre
    shift = apart @ counts.T / n
    variance = np.maximum((apart**2) @ counts.T / n - shift**2, 0)
    errors = np.sqrt(variance / (n - 1))
    flat = errors <= 1e-7 * np.abs(apart).max(axis=-1, keepdims=True)
    # Division by zero gives the side's infinity; a resample that equals the sample stays at 0.
    errors = np.where(flat, np.where(shift == 0, 1.0, 0.0), errors)
    with np.errstate(divide="ignore"):
        roots = np.sort(shift / errors)
    own = samples.std(axis=-1, ddof=1) / np.sqrt(n)
    return [
        Resampled(float(m), float(e), r) for m, e, r in zip(centre[:, 0], own, roots, strict=True)
    ]
