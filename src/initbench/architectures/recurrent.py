"""Recurrent networks that read a sequence and answer at its end: tanh RNN, LSTM and GRU."""

from collections.abc import Iterator
from typing import Literal

from torch import Tensor, nn

from initbench.architectures.feedforward import Feedforward

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
        self.activation, self.gate = nn.Tanh(), nn.Sigmoid()
        self.head = nn.Linear(hidden, outputs)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the last hidden state (..., n, hidden), then the outputs (..., n, outputs).

        x are sequences (..., n, steps, inputs).
        """
        update = {"rnn": self._rnn, "lstm": self._lstm, "gru": self._gru}[self.cell]
        h = c = x.new_zeros(*x.shape[:-2], self.hidden)
        for step in x.unbind(-2):
            h, c = update(self.input_map(step), self.hidden_map(h), h, c)
        yield "hidden_map", h
        yield "head", self.head(h)

    def _rnn(self, seen: Tensor, kept: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Return the next h; an RNN has no cell c."""
        return self.activation(seen + kept), c

    def _lstm(self, seen: Tensor, kept: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Return the next h and c (Hochreiter and Schmidhuber 1997, Gers et al. 2000)."""
        i, f, g, o = _gates(seen + kept, 4)
        c = self.gate(f) * c + self.gate(i) * self.activation(g)
        return self.gate(o) * self.activation(c), c

    def _gru(self, seen: Tensor, kept: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Return the next h (Cho et al. 2014); as in torch, the reset gate acts after the map."""
        pairs = zip(_gates(seen, 3), _gates(kept, 3), strict=True)
        (r, r_kept), (z, z_kept), (n, n_kept) = pairs
        new = self.activation(n + self.gate(r + r_kept) * n_kept)
        return new + self.gate(z + z_kept) * (h - new), c


def _gates(z: Tensor, count: int) -> Iterator[Tensor]:
    """Yield the gates (..., n, hidden) of z (..., n, count · hidden), cut along the memory."""
    for part in z.mT.chunk(count, -2):
        yield part.mT


def build(
    *, cell: Literal["rnn", "lstm", "gru"], inputs: int, hidden: int, outputs: int
) -> Recurrent:
    """Return a recurrent layer of `hidden` units with a linear head on its last state."""
    return Recurrent(cell, inputs, hidden, outputs)
