"""One cell of the grid: choose the learning rate where the protocol asks for it, then train."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from initbench.datasets import Split
from initbench.training import tuning
from initbench.training.engine import train_block
from initbench.training.protocol import Protocol


def train_cell(
    spec: Mapping[str, Any], load: tuning.Load, seeds: Sequence[int]
) -> dict[str, pa.Table]:
    """Train the cell `spec` for `seeds`; return the tables "curves", "layers" and "outcomes".

    `load` gives the data of any seeds. Rates that were tried and their scores stand among the
    layers.
    """
    protocol = Protocol.of(spec["protocol"])
    nets = (spec["architecture"], spec["init"])
    if not protocol.tuning:
        return train_block(*nets, protocol, load(seeds), seeds)
    scores = tuning.tune(nets, protocol, load)
    tables = train_block(*nets, protocol.at(tuning.tuned_rate(scores)), load(seeds), seeds)
    tables["layers"] = pa.concat_tables([tables["layers"], tuning.rows(scores, seeds)])
    return tables


def shortened(split: Split, samples: int) -> Split:
    """Return `split` with at most `samples` training samples (the preview's)."""
    x, y = split.train_x[:, :samples], split.train_y[:, :samples]
    return replace(split, train_x=np.ascontiguousarray(x), train_y=np.ascontiguousarray(y))
