"""Recurrent networks that read a sequence and answer at its end: tanh RNN, LSTM and GRU."""

from collections.abc import Iterator
from typing import Literal

import torch
from torch import Tensor, nn

from initbench.architectures._feedforward import Feedforward
from initbench.architectures._recurrences import CELLS, last_state

GATES = {"rnn": 1, "lstm": 4, "gru": 3}  # matrices that lie one below another in each map


class Recurrent(Feedforward):
    """A recurrent layer by torch.nn's equations, as `input_map` and `hidden_map`, and a `head`.

    The gates lie in torch's order: input, forget, cell, output; or reset, update, new.
    """

    def __init__(
        self, cell: Literal["rnn", "lstm", "gru"], inputs: int, hidden: int, outputs: int
    ) -> None:
        """Make both maps and the head."""
        super().__init__()
        self.cell, self.hidden = cell, hidden
        self.input_map = nn.Linear(inputs, GATES[cell] * hidden)
        self.hidden_map = nn.Linear(hidden, GATES[cell] * hidden)
        self.activation = nn.Tanh()
        self.head = nn.Linear(hidden, outputs)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the last hidden state (..., n, hidden), then the outputs (..., n, outputs).

        x are sequences (..., n, steps, inputs); the first axis is that of the models if stacked.
        """
        maps = _matrix(self.input_map), _matrix(self.hidden_map)
        sequences = x.reshape(len(maps[0]), -1, *x.shape[-2:])
        h = last_state(CELLS[self.cell], *maps, sequences).mT
        h = h.reshape(*x.shape[:-2], self.hidden)
        yield "hidden_map", h
        yield "head", self.head(h)


def _matrix(layer: nn.Module) -> Tensor:
    """Return weight and bias of a layer, or of S side by side, as (1 or S, out, in + 1)."""
    weight, bias = layer.get_parameter("weight"), layer.get_parameter("bias")
    joined = torch.cat([weight, bias.unsqueeze(-1)], -1)
    return joined if joined.dim() == 3 else joined.unsqueeze(0)


def build(
    *, cell: Literal["rnn", "lstm", "gru"], inputs: int, hidden: int, outputs: int
) -> Recurrent:
    """Return a recurrent layer of `hidden` units with a linear head on its last state."""
    return Recurrent(cell, inputs, hidden, outputs)
