"""Singular values of products of the square weights of a deep linear net."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pyarrow as pa
import torch

from initbench.inits._common import weight_layers
from initbench.probes._nets import SAMPLES, draw_mlp, gaussian
from initbench.probes._table import Net, Value, table


@torch.no_grad()
def measure(
    init: Mapping[str, Any], seeds: range, *, widths: Sequence[int], products: Sequence[int]
) -> pa.Table:
    """Return the singular values of W_L ··· W_1 for each L of `products` (layer = L).

    Quantity `singular_value` with its rank as index, from 0 for the largest; the weights are
    `width` times `width`. Values below some 1e-16 of the largest are rounding.
    """
    return table(
        (Net("", width, "", seed), _values(init, seed, width, products))
        for width, seed in product(widths, seeds)
    )


def _values(
    init: Mapping[str, Any], seed: int, width: int, products: Sequence[int]
) -> Iterator[Value]:
    inputs = gaussian(seed, "inputs", SAMPLES, width)
    model = draw_mlp([width] * (max(products) + 1), "identity", init, seed, inputs)
    chain = torch.eye(width, dtype=torch.float64)
    for length, (_, layer) in enumerate(weight_layers(model)[:-1], start=1):
        chain = layer.weight @ chain
        if length in products:
            for rank, value in enumerate(torch.linalg.svdvals(chain).tolist()):
                yield length, "singular_value", rank, value
