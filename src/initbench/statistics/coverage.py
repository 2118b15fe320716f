"""How often the ledger's intervals hold the truth: enumerated where possible, else simulated."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from initbench.statistics import bootstrap_t, intervals, paired_shares
from initbench.statistics.estimate import SHARE, UNBOUNDED, Bounds, FloatArray
from initbench.statistics.significance import sign_flips
from initbench.theory.baselines import MAJORITY_SHARE

LEVEL = 0.95
REQUIRED = 0.93
SEED = 2_000_000
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Coverage:
    """How often an interval over n runs of a law holds its true value, of nominally 95 %.

    `error` is the Monte-Carlo standard error, 0 where all outcomes are enumerated. `required` says
    whether at least 93 % are asked for; elsewhere the number is shown as a warning.
    """

    kind: str
    n: int
    truth: str
    simulated: float
    error: float
    required: bool = True
    nominal: float = LEVEL

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain JSON data."""
        return asdict(self)


def coverage_table(simulations: int = 2000, resamples: int = 1000) -> list[Coverage]:
    """Return the coverage of each kind of interval of the ledger, at the n that it uses."""
    return [*shares(), *paired(), *means(simulations, resamples), *medians()]


# Shares: every number of successes has its binomial probability.

SHARE_SIZES = (10, 20, 25, 30, 40, 50, 60, 100, 200, 1000)
RATES = np.round(np.arange(0.05, 1, 0.05), 2)  # among them every threshold of the ledger


def shares(sizes: tuple[int, ...] = SHARE_SIZES) -> Iterator[Coverage]:
    """Yield the least coverage of the exact interval over the rates."""
    close = np.geomspace(0.01, 1, 200)
    for n in sizes:
        found = [intervals.proportion(np.arange(n) < count) for count in range(n + 1)]
        low, high = (np.array([getattr(one, end) for one in found]) for end in ("low", "high"))
        for name, rates in {"0.05 to 0.95": RATES, "within 1/n of 0": close / n}.items():
            held = (low <= rates[:, None]) & (rates[:, None] <= high)
            covered = (stats.binom.pmf(np.arange(n + 1), n, rates[:, None]) * held).sum(axis=1)
            worst = covered.argmin()
            truth = f"share {rates[worst]:.3g}, the worst of {name}"
            yield Coverage("Clopper-Pearson", n, truth, float(covered[worst]), 0.0, True)


# Differences of shares: every pair of counts has its multinomial probability.

PAIR_SIZES = (10, 20, 25, 30, 40, 60, 100, 200)
LAWS = [
    (more, fewer)
    for more, fewer in product((0.0, 0.02, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 1.0), repeat=2)
    if fewer <= more and more + fewer <= 1
]
CLOSE = (0.02, 0.1, 0.17, 0.3, 0.6, 1.0)


def paired(sizes: tuple[int, ...] = PAIR_SIZES) -> Iterator[Coverage]:
    """Yield the least coverage of a difference of two shares over a grid of laws of the pairs.

    The interval holds the truth where neither tail rejects it. Swapped arms are mirror images.
    Tango's, too, misses more often where nearly all pairs are alike.
    """
    for n in sizes:
        close = [(1 - x / n, 0.0) for x in CLOSE] + [(x / n, 0.0) for x in CLOSE]
        for name, laws in {"a grid": LAWS, "within 1/n of 0 or 1": close}.items():
            found = {law: covered(n, *law) for law in laws}
            worst = min(found, key=lambda law: found[law])
            truth = f"P(1, 0) = {worst[0]:.3g}, P(0, 1) = {worst[1]:.3g}, the worst of {name}"
            required = laws is LAWS or n <= paired_shares.EXACT_UP_TO
            yield Coverage(paired_shares.method(n), n, truth, found[worst], 0.0, required)


def covered(n: int, more: float, fewer: float) -> float:
    """Return the probability that the interval of n pairs holds the true difference of shares."""
    b, c = (grid.ravel() for grid in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
    b, c = b[b + c <= n], c[b + c <= n]
    counts = np.stack([b, c, n - b - c], axis=-1)
    chances = stats.multinomial.pmf(counts, n, [more, fewer, max(0.0, 1 - more - fewer)])
    truth = min(max(more - fewer, -paired_shares.EDGE), paired_shares.EDGE)
    held = (_above(b, c, n, truth) > (1 - LEVEL) / 2) & (_above(c, b, n, -truth) > (1 - LEVEL) / 2)
    return float(chances[held].sum())


def _above(b: npt.NDArray[Any], c: npt.NDArray[Any], n: int, truth: float) -> FloatArray:
    """Return the upper tail of every outcome: outcomes of equal scores have equal tails."""
    scores = np.round(paired_shares.score(b, c, n, truth), 9)
    values, first, back = np.unique(scores, return_index=True, return_inverse=True)
    # Only around the level does it matter where exactly a tail lies, and tails fall with the score.
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        tail = paired_shares.upper_tail(int(b[first[middle]]), int(c[first[middle]]), n, truth)
        low, high = (middle + 1, high) if tail > (1 - LEVEL) / 2 else (low, middle)
    return np.where(np.arange(len(values)) < low, 1.0, 0.0)[back]


# Means: samples are drawn.


@dataclass(frozen=True)
class Law:
    """A law that samples (m, n) are drawn from, its mean and the bounds of its values."""

    name: str
    draw: Callable[[np.random.Generator, tuple[int, int]], FloatArray]
    mean: float
    bounds: Bounds
    required: bool = True


def _failing(rate: float) -> Law:
    """Return accuracies around 0.95 of which a share loses 30 points."""

    def draw(stream: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
        lost: Flags = stream.random(shape) < rate
        return np.clip(stream.normal(0.95, 0.01, shape), 0, 1) - 0.3 * lost

    return Law(f"{rate:.0%} of runs lose 30 points", draw, 0.95 - 0.3 * rate, SHARE, required=False)


def _tied(rate: float) -> Law:
    """Return accuracies of which a share is 0.9 and all others the best constant answer's."""
    return Law(
        f"{MAJORITY_SHARE}, but 0.9 in {rate:.0%} of runs",
        lambda stream, shape: np.where(stream.random(shape) < rate, 0.9, MAJORITY_SHARE),
        MAJORITY_SHARE + rate * (0.9 - MAJORITY_SHARE),
        SHARE,
    )


MEANS = (
    Law("normal", lambda stream, shape: stream.normal(0.0, 1.0, shape), 0.0, UNBOUNDED),
    Law("uniform accuracies", lambda stream, shape: stream.random(shape), 0.5, SHARE),
    Law("constant", lambda _, shape: np.full(shape, MAJORITY_SHARE), MAJORITY_SHARE, SHARE),
    Law(
        "shares of 10 000 images",
        lambda s, shape: s.binomial(10_000, 0.97, shape) / 1e4,
        0.97,
        SHARE,
    ),
    Law("skewed: beta(8, 2)", lambda stream, shape: stream.beta(8, 2, shape), 0.8, SHARE),
    *(_tied(rate) for rate in (0.02, 0.1, 0.3)),
    *(_failing(rate) for rate in (0.05, 0.1)),
)
MEAN_SIZES = (10, 20, 40, 50, 200)
SKEWED = Law(
    "skewed: 1 - exponential", lambda s, shape: 1 - s.exponential(1.0, shape), 0.0, UNBOUNDED
)


def means(simulations: int, resamples: int) -> Iterator[Coverage]:
    """Yield the coverage of the interval of `mean`, and for skewed differences of three tests."""
    for n, law in product(MEAN_SIZES, MEANS):
        samples = law.draw(np.random.default_rng([SEED, n]), (simulations, n))
        low, high = intervals.limits(samples, law.bounds, resamples)(LEVEL)
        kind = "t" if n < intervals.BOOTSTRAP_FROM else "BCa bootstrap"
        yield _simulated(kind, n, law.name, (low <= law.mean) & (law.mean <= high), law.required)
    for n in (10, 20, 40):
        yield from _skewed(n, simulations, resamples)


def _skewed(n: int, simulations: int, resamples: int) -> Iterator[Coverage]:
    """Yield how often each test of a skewed difference accepts its true mean."""
    stream = np.random.default_rng([SEED, n])
    samples = SKEWED.draw(stream, (simulations, n))
    low, high = intervals.limits(samples, SKEWED.bounds, resamples)(LEVEL)
    yield _simulated("t", n, SKEWED.name, (low <= 0) & (high >= 0), False)
    flips = np.array([min(sign_flips(sample, 0.0)) for sample in samples[: simulations // 10]])
    yield _simulated("sign flips", n, SKEWED.name, flips > (1 - LEVEL) / 2, False)
    counts = bootstrap_t.multiplicities(n, resamples, stream)
    ends = np.array([one.limits(LEVEL) for one in bootstrap_t.of_counts(samples, counts)])
    held = (ends[:, 0] <= 0) & (ends[:, 1] >= 0)
    yield _simulated("studentised bootstrap", n, SKEWED.name, held, True)


def _simulated(kind: str, n: int, truth: str, held: Flags, required: bool) -> Coverage:
    share = float(held.mean())
    return Coverage(
        kind, n, truth, share, float(np.sqrt(share * (1 - share) / held.size)), required
    )


# Medians: the interval depends on ranks alone, so any law without ties is all laws.


def medians(sizes: tuple[int, ...] = (10, 20, 100, 200, 1000)) -> Iterator[Coverage]:
    """Yield the coverage of order statistics; ties can only raise it."""
    for n in sizes:
        bounds = intervals.median(np.arange(1.0, n + 1))
        below = np.arange(n + 1)  # how many values lie below the true median
        held = (below >= bounds.low) & (below < bounds.high)
        chance = float(stats.binom.pmf(below, n, 0.5)[held].sum())
        yield Coverage("order statistics", n, "any law without ties", chance, 0.0)
