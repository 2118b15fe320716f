"""What each layer of document B's SimpleNet puts out, before its nonlinearity."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from initbench.architectures.simple_net import build
from initbench.probes._nets import draw, gaussian, signals
from initbench.probes._table import Net, Value, table
from initbench.values import Bias

INPUTS = 1000
FEATURES = 100
BINS = 50


@torch.no_grad()
def measure(init: Mapping[str, Any], seeds: range, *, biases: Sequence[Bias]) -> pa.Table:
    """Return `mean` and `std` of each layer's output over 1000 Gaussian inputs and all units.

    The net is 100-100-100-10 with ReLU (document B, section 2.4.4); each of `biases` (variant)
    replaces the init's own mode. Of the first seed also the histogram of these numbers:
    `hist_count` of the bins 0 to 49 (index), which span `hist_low` to `hist_high`.
    """
    return table(
        (Net("relu", FEATURES, bias, seed), _values({**init, "bias": bias}, seed, seed == seeds[0]))
        for bias, seed in product(biases, seeds)
    )


def _values(init: Mapping[str, Any], seed: int, first: bool) -> Iterator[Value]:
    x = gaussian(seed, "inputs", INPUTS, FEATURES)
    outputs, _ = signals(draw(build, init, seed, x), x)
    for layer, output in enumerate(outputs, start=1):
        yield layer, "mean", 0, float(output.mean())
        yield layer, "std", 0, float(output.std(correction=0))
        if first:
            yield from _histogram(layer, output)


def _histogram(layer: int, output: Tensor) -> Iterator[Value]:
    counts, edges = np.histogram(output.numpy(), BINS)
    yield layer, "hist_low", 0, float(edges[0])
    yield layer, "hist_high", 0, float(edges[-1])
    for place, count in enumerate(counts):
        yield layer, "hist_count", place, float(count)
