"""Weights from a fixed table: variation without randomness."""

from typing import Literal

import numpy as np
import torch
from scipy.linalg import hadamard
from torch import nn

from initbench.inits._common import fill_biases, grouped, weight_layers
from initbench.inits._method import Method, Streams

METHOD = Method(
    name="deterministic_table",
    title="Deterministic table",
    formula="W = c · T, T_ij = sin(i·j) less its mean, or a slice of a Hadamard matrix, or a "
    "tiled identity; c such that the mean of W² is 2/n_in; b = 0",
    source="Zhao, Schäfer and Anandkumar (2021), ZerO initialization, arXiv:2110.12661, for "
    "identity and Hadamard; size by He et al. (2015), Eq. 10",
    applies_to="linear and convolution layers",
    note="Breaks the symmetry without a random number: no two rows of a weight are equal. Where a "
    "tall layer has to repeat the rows of its table, each repetition is larger than the last. "
    "Biases are zero.",
    use="Where a start must be the same on every machine and without a seed.",
    paper={
        "author": "Zhao, Jiawei and Schäfer, Florian and Anandkumar, Anima",
        "title": "ZerO initialization: Initializing neural networks with only zeros and ones",
        "year": "2021",
        "eprint": "2110.12661",
    },
    deterministic=True,
)


@torch.no_grad()
def initialize(
    model: nn.Module,
    streams: Streams,
    *,
    pattern: Literal["sine", "hadamard", "identity"] = "sine",
) -> None:
    """Fill each weight with the `pattern`, scaled so that its mean square is 2/fan_in; zero biases.

    Rows of a weight are pairwise distinct, whatever its shape.
    """
    for _, layer in weight_layers(model):
        maps = grouped(layer)
        rows, columns = maps.flatten(0, 1).flatten(1).shape
        table = TABLES[pattern](rows, columns)
        scaled = table * np.sqrt(2 / columns / np.mean(table**2))
        maps.copy_(torch.from_numpy(scaled).view(maps.shape))
    fill_biases(model, streams, "zero")


def _sine(rows: int, columns: int) -> np.ndarray:
    table = np.sin(np.outer(np.arange(1, rows + 1), np.arange(1, columns + 1)))
    return table - table.mean() if table.size > 1 else table


def _hadamard(rows: int, columns: int) -> np.ndarray:
    order = 1 << (columns - 1).bit_length()
    return _stacked(hadamard(order)[:, :columns], rows)


def _identity(rows: int, columns: int) -> np.ndarray:
    period = min(rows, columns)
    return _stacked(np.resize(np.eye(period), (columns, period)).T, rows)


def _stacked(table: np.ndarray, rows: int) -> np.ndarray:
    """Repeat the rows of `table`, the k-th repetition times k, up to `rows` rows."""
    repetition, row = np.divmod(np.arange(rows), len(table))
    stacked: np.ndarray = table[row] * (1.0 + repetition)[:, None]
    return stacked


TABLES = {"sine": _sine, "hadamard": _hadamard, "identity": _identity}
