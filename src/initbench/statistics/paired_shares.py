"""Differences of two shares over the same runs: score tests, and the limits that invert them."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from initbench.statistics.estimate import FloatArray, Tails

EXACT_UP_TO = 60
NUISANCE = 65  # values of the nuisance parameter over which a tail is maximised
SLACK = 1e-9  # scores closer than this are equal up to rounding
TOLERANCE = 1e-6  # of a limit
EDGE = 1 - 1e-12  # beside a difference of 1, where no score is defined


def method(n: int) -> str:
    """Return the name of the interval over n pairs."""
    return "exact score interval" if n <= EXACT_UP_TO else "Tango score interval"


def score(b: npt.ArrayLike, c: npt.ArrayLike, n: int, difference: float) -> FloatArray:
    """Return Tango's (1998, eq. 5) score of `b` pairs (1, 0) and `c` pairs (0, 1) among n.

    It is standard normal for large n, if `difference` is the true difference of the two shares.
    """
    more, fewer = np.asarray(b, dtype=np.float64), np.asarray(c, dtype=np.float64)
    linear = (2 * n - more + fewer) * difference - more - fewer
    root = np.sqrt(np.maximum(linear**2 + 8 * n * fewer * difference * (1 - difference), 0))
    share = np.maximum(root - linear, 0) / (4 * n)  # the likeliest share of (0, 1), given that
    variance = np.maximum(n * (2 * share + difference * (1 - difference)), 0)
    distance = more - fewer - n * difference
    distance[np.abs(distance) < SLACK] = 0.0
    with np.errstate(divide="ignore"):
        found: FloatArray = np.divide(
            distance, np.sqrt(variance), out=np.zeros_like(distance), where=distance != 0
        )
    return found


@lru_cache(maxsize=65536)
def upper_tail(b: int, c: int, n: int, difference: float) -> float:
    """Return the one-sided p-value of the hypothesis that the true difference is at most this.

    Up to 60 pairs it is the probability of a score at least as high, maximised over the unknown
    share of discordant pairs (Suissa and Shuster 1991, with Tango's score; recommended by
    Fagerland, Lydersen and Laake 2014); beyond, the normal tail of the score.
    """
    if n > EXACT_UP_TO:
        return float(stats.norm.sf(score([b], [c], n, difference)[0]))
    observed = float(score([b], [c], n, difference)[0])
    return float(tail_probabilities(n, difference, observed).max())


def tail_probabilities(n: int, difference: float, observed: float) -> FloatArray:
    """Return P(score >= `observed`), one for each value of the nuisance parameter."""
    b, m = np.arange(n + 1), np.arange(n + 1)[:, None]
    # For each number m of discordant pairs the score rises with b, so a tail begins at some b.
    below = score(np.minimum(b, m) + 0 * m, m - np.minimum(b, m), n, difference) < observed - SLACK
    first = (below & (b <= m)).sum(axis=1)
    more, discordant = _laws(difference)
    sizes = stats.binom.pmf(m[:, 0], n, discordant[:, None])
    share = np.divide(more, discordant, out=np.zeros_like(more), where=discordant > 0)
    reached = special.bdtrc(first - 1.0, m[:, 0], share[:, None])
    reached = np.where(first == 0, 1.0, np.where(first > m[:, 0], 0.0, reached))
    found: FloatArray = (sizes * reached).sum(axis=1)
    return found


def _laws(difference: float) -> tuple[FloatArray, FloatArray]:
    """Return the shares of (1, 0) and of discordant pairs of laws with this difference."""
    # Denser at both ends, where the probabilities change fastest.
    steps = (1 - np.cos(np.linspace(0, np.pi, NUISANCE))) / 2
    discordant = abs(difference) + steps * (1 - abs(difference))
    return (discordant + difference) / 2, discordant


def tails(b: int, c: int, n: int) -> Tails:
    """Return the one-sided p-values of a difference above and below a threshold."""

    def at(threshold: float) -> tuple[float, float]:
        inside = min(1.0, max(-1.0, threshold))
        return upper_tail(b, c, n, inside), upper_tail(c, b, n, -inside)

    return at


@lru_cache(maxsize=4096)
def limits(b: int, c: int, n: int, level: float) -> tuple[float, float]:
    """Return the interval of the difference of shares, (b - c) / n, that both tails allow."""
    return _lower(b, c, n, (1 - level) / 2), -_lower(c, b, n, (1 - level) / 2)


def _lower(b: int, c: int, n: int, alpha: float) -> float:
    """Return the smallest difference that the upper tail does not reject at `alpha`."""
    if b - c == -n:
        return -1.0

    def excess(difference: float) -> float:
        return upper_tail(b, c, n, difference) - alpha

    return float(optimize.bisect(excess, -EDGE, min((b - c) / n, EDGE), xtol=TOLERANCE))
