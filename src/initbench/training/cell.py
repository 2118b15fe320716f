"""One cell of the grid: choose the learning rate where the protocol asks for it, then train."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from initbench.datasets import Split
from initbench.training.engine import train_block
from initbench.training.protocol import FIRST_TUNING_SEED, Protocol
from initbench.training.recorder import LAYERS

Load = Callable[[Sequence[int]], Split]


def train_cell(spec: Mapping[str, Any], load: Load, seeds: Sequence[int]) -> dict[str, pa.Table]:
    """Train the cell `spec` for `seeds`; return the tables "curves", "layers" and "outcomes".

    `load` gives the data of any seeds. Scores of tuned rates stand among the layers.
    """
    protocol = Protocol.of(spec["protocol"])
    nets = (spec["architecture"], spec["init"])
    scores = _scores(nets, protocol, load) if protocol.tuning else {protocol.rates[0]: 0.0}
    best = max(scores, key=lambda rate: (scores[rate], -rate))
    tables = train_block(*nets, protocol.at(best), load(seeds), seeds)
    if protocol.tuning:
        tables["layers"] = pa.concat_tables([tables["layers"], _rows(scores, seeds)])
    return tables


def _scores(
    nets: tuple[Mapping[str, Any], Mapping[str, Any]], protocol: Protocol, load: Load
) -> dict[float, float]:
    """Return the mean score of each rate over the tuning seeds, on held-out training samples.

    All rates train side by side, which is quicker than one after another.
    """
    tuning, tried = protocol.tuning or {}, protocol.rates
    count = int(tuning["seeds"])
    seeds = list(range(FIRST_TUNING_SEED, FIRST_TUNING_SEED + count)) * len(tried)
    split = held_out(load(seeds), tuning["held_out"])
    rates = [rate for rate in tried for _ in range(count)]
    outcomes = train_block(*nets, protocol.unobserved(), split, seeds, rates)["outcomes"]
    return {
        rate: _score(outcomes.slice(k * count, count), protocol.loss)
        for k, rate in enumerate(tried)
    }


def _score(outcomes: pa.Table, loss: str) -> float:
    """Return mean accuracy, a diverged run counting as 0; for regressions minus the mean loss."""
    diverged = np.array([status == "diverged" for status in outcomes["status"].to_pylist()])
    if loss == "mse":
        losses = np.where(diverged, np.inf, outcomes["test_loss"].to_numpy())
        return -float(losses.mean())
    return float(np.where(diverged, 0.0, outcomes["test_accuracy"].to_numpy()).mean())


def held_out(split: Split, share: float) -> Split:
    """Return `split` with the last `share` of its training samples in the place of its test set."""
    rest = round(split.train_x.shape[1] * (1 - share))
    x, y = split.train_x, split.train_y
    return Split(x[:, :rest], y[:, :rest], x[:, rest:], y[:, rest:])


def shortened(split: Split, samples: int) -> Split:
    """Return `split` with at most `samples` training samples (the preview's)."""
    x, y = split.train_x[:, :samples], split.train_y[:, :samples]
    return replace(split, train_x=np.ascontiguousarray(x), train_y=np.ascontiguousarray(y))


def _rows(scores: Mapping[float, float], seeds: Sequence[int]) -> pa.Table:
    """Return the scores as rows of the layers table, the same for each seed."""
    count, rates = len(seeds), len(scores)
    columns = {
        "seed": np.tile(np.asarray(seeds, np.int64), rates),
        "step": np.zeros(count * rates, np.int32),
        "layer": ["tuning"] * (count * rates),
        "quantity": ["score"] * (count * rates),
        "index": np.repeat(np.arange(rates, dtype=np.int32), count),
        "value": np.repeat(np.array(list(scores.values())), count),
    }
    return pa.table(columns, schema=LAYERS)
