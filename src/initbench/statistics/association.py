"""How well one number per run goes with another: area under the ROC curve, rank correlation."""

import math

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from initbench.errors import InitbenchError
from initbench.statistics.estimate import Estimate, FloatArray, undefined, with_intervals


def auc(score: npt.ArrayLike, label: npt.ArrayLike, *, unit: str = "") -> Estimate:
    """Return the probability that a true run has the higher score; `score` and `label` are (n,).

    The interval is the score interval of Newcombe (2006, method 5), which stays honest at perfect
    separation, where a bootstrap collapses to a point. Undefined unless both labels occur.
    """
    scores, labels = _pair(score, label)
    inside, outside = scores[labels == 1], scores[labels == 0]
    if not (inside.size and outside.size and np.isfinite(scores).all()):
        return undefined(scores.size, unit)
    pairs = inside.size * outside.size
    value = float(stats.mannwhitneyu(inside, outside, method="asymptotic").statistic / pairs)

    def interval(level: float) -> tuple[float, float]:
        return _newcombe(value, inside.size, outside.size, stats.norm.isf((1 - level) / 2))

    return with_intervals(value, interval, scores.size, "Newcombe interval", unit)


def _newcombe(value: float, m: int, n: int, z: float) -> tuple[float, float]:
    def excess(theta: float) -> float:
        weight = (1 - theta) / (2 - theta) + theta / (1 + theta)
        variance = theta * (1 - theta) * (1 + ((m + n) / 2 - 1) * weight) / (m * n)
        return float((value - theta) ** 2 - z**2 * variance)

    # At perfect separation the value itself is a root; the bound is the other one.
    low = optimize.brentq(excess, 0, min(value, 1 - 1e-9)) if value > 0 else 0.0
    high = optimize.brentq(excess, max(value, 1e-9), 1) if value < 1 else 1.0
    return low, high


def spearman(x: npt.ArrayLike, y: npt.ArrayLike, *, unit: str = "") -> Estimate:
    """Return the rank correlation of `x` and `y` (n,) with Fisher's z interval.

    Standard error of Bonett and Wright (2000), sqrt((1 + r²/2) / (n - 3)). Undefined where one of
    the two is constant or not finite.
    """
    first, second = _pair(x, y)
    n = first.size
    if n < 2 or not np.isfinite([first, second]).all() or not (np.ptp(first) and np.ptp(second)):
        return undefined(n, unit)
    value = float(stats.spearmanr(first, second).statistic)

    def interval(level: float) -> tuple[float, float]:
        return _fisher(value, n, stats.norm.isf((1 - level) / 2))

    return with_intervals(value, interval, n, "Fisher z interval", unit)


def _fisher(value: float, n: int, z: float) -> tuple[float, float]:
    if n <= 3:
        return -1.0, 1.0
    if abs(value) >= 1:
        return value, value
    centre, half = math.atanh(value), z * math.sqrt((1 + value**2 / 2) / (n - 3))
    return math.tanh(centre - half), math.tanh(centre + half)


def _pair(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if first.shape != second.shape:
        raise InitbenchError(
            f"Two columns over the same runs have lengths {first.size} and {second.size}; "
            "align them by seed first."
        )
    return first, second
