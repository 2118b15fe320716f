"""Choose a cell's learning rate on other seeds and held-out samples.

The rates of the protocol are tried first, then rates further out, until the best lies inside those
that were tried or at a bound.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from initbench.datasets import Split
from initbench.training.engine import train_block
from initbench.training.protocol import FIRST_TUNING_SEED, Protocol
from initbench.training.recorder import LAYERS

Load = Callable[[Sequence[int]], Split]
Nets = tuple[Mapping[str, Any], Mapping[str, Any]]  # an architecture and an init
Scores = dict[float, float]
Try = Callable[[Sequence[float]], Scores]

LADDER = [float(f"{10 ** (half / 2):.0e}") for half in range(-12, 5)]  # 1e-06, 3e-06, ... 100
LEARNS = 0.05  # a rate that beats the best constant answer by so much has learned something


def tuned_rate(scores: Mapping[float, float]) -> float:
    """Return the rate of the highest score; of equal ones the smallest."""
    return max(scores, key=lambda rate: (scores[rate], -rate))


def tune(
    nets: tuple[Mapping[str, Any], Mapping[str, Any]], protocol: Protocol, load: Load
) -> Scores:
    """Return the score of each rate tried, from the smallest: see `Protocol` for which these are.

    A score is the mean held-out accuracy of the tuning seeds, a diverged run counting as 0; for
    regressions it is minus the mean loss.
    """
    tuning = protocol.tuning or {}
    seeds = [FIRST_TUNING_SEED + k for k in range(int(tuning["seeds"]))]

    def scores_of(rates: Sequence[float]) -> Scores:
        split = held_out(load(seeds * len(rates)), tuning["held_out"])
        each = [rate for rate in rates for _ in seeds]  # side by side is quicker than in turn
        run = train_block(*nets, protocol.unobserved(), split, seeds * len(rates), each)
        parts = (run["outcomes"].slice(k * len(seeds), len(seeds)) for k in range(len(rates)))
        return {rate: _score(part, protocol.loss) for rate, part in zip(rates, parts, strict=True)}

    constant = _score_of_a_constant(held_out(load(seeds), tuning["held_out"]), protocol.loss)
    return grown_outward(protocol.rates, protocol.bounds, scores_of, constant)


def grown_outward(
    rates: Sequence[float], bounds: tuple[float, float], scores_of: Try, learns: float
) -> Scores:
    """Return the scores of `rates` and of those further out that `tune` promises.

    Where no rate scores above `learns`, all rates up to the bounds are tried once.
    """
    scores = scores_of(rates)
    if max(scores.values()) <= learns and (others := _others(scores, bounds)):
        scores |= scores_of(others)
    while (further := _further(scores, bounds)) is not None:
        scores |= scores_of([further])
    return dict(sorted(scores.items()))


def _others(scores: Scores, bounds: tuple[float, float]) -> list[float]:
    """Return the rates of the ladder within the bounds that lie outside of those tried."""
    lowest, highest = bounds
    low, high = min(scores), max(scores)
    return [r for r in LADDER if lowest <= r <= highest and not low / 2 < r < high * 2]


def _further(scores: Scores, bounds: tuple[float, float]) -> float | None:
    """Return the next rate beyond an end of those tried if the best lies there, else None."""
    best, others = tuned_rate(scores), _others(scores, bounds)
    below = [rate for rate in others if rate < best == min(scores)]
    above = [rate for rate in others if rate > best == max(scores)]
    return max(below, default=min(above, default=None))


def _score(outcomes: pa.Table, loss: str) -> float:
    diverged = np.array([status == "diverged" for status in outcomes["status"].to_pylist()])
    if loss == "mse":
        losses = np.where(diverged, np.inf, outcomes["test_loss"].to_numpy())
        return -float(losses.mean())
    return float(np.where(diverged, 0.0, outcomes["test_accuracy"].to_numpy()).mean())


def _score_of_a_constant(split: Split, loss: str) -> float:
    """Return the score above which a net has learned more than to give one answer to everything."""
    if loss == "mse":
        return (LEARNS - 1) * float(split.test_y.var(axis=1).mean())
    shares = [np.bincount(labels).max() / len(labels) for labels in split.test_y]
    return LEARNS + float(np.mean(shares))


def held_out(split: Split, share: float) -> Split:
    """Return `split` with the last `share` of its training samples in the place of its test set."""
    rest = round(split.train_x.shape[1] * (1 - share))
    x, y = split.train_x, split.train_y
    return Split(x[:, :rest], y[:, :rest], x[:, rest:], y[:, rest:])


def rows(scores: Mapping[float, float], seeds: Sequence[int]) -> pa.Table:
    """Return rates and scores as rows of the layers table, the same for each seed.

    `index` counts the rates from the smallest.
    """
    values = {"rate": list(scores), "score": list(scores.values())}
    return pa.concat_tables(_rows(name, found, seeds) for name, found in values.items())


def _rows(quantity: str, values: Sequence[float], seeds: Sequence[int]) -> pa.Table:
    count, rates = len(seeds), len(values)
    columns = {
        "seed": np.tile(np.asarray(seeds, np.int64), rates),
        "step": np.zeros(count * rates, np.int32),
        "layer": ["tuning"] * (count * rates),
        "quantity": [quantity] * (count * rates),
        "index": np.repeat(np.arange(rates, dtype=np.int32), count),
        "value": np.repeat(np.array(values), count),
    }
    return pa.table(columns, schema=LAYERS)
