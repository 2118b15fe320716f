"""A small Transformer encoder that classifies sequences, LayerNorm before, after or nowhere."""

import math
from collections.abc import Iterator
from functools import cache
from typing import Literal

import torch
from torch import Tensor, nn

from initbench.architectures._feedforward import Feedforward
from initbench.errors import InitbenchError
from initbench.values import Depth

Norm = Literal["pre", "post", "none"]
LONGEST = 10_000.0  # length of the slowest wave that tells positions, in tokens / 2π


class EncoderLayer(nn.Module):
    """Self-attention and a feed-forward part, each added to its input."""

    def __init__(self, norm: Norm, width: int, heads: int, feedforward: int) -> None:
        """Make the layers; LayerNorm stands where `norm` says, the identity elsewhere."""
        super().__init__()
        self.heads = heads
        self.attention_pre, self.attention_post = _norms(norm, width)
        self.attention_in, self.attention_out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feedforward_pre, self.feedforward_post = _norms(norm, width)
        self.feedforward_in = nn.Linear(width, feedforward)
        self.feedforward_out = nn.Linear(feedforward, width)

    def forward(self, x: Tensor, activation: nn.Module) -> Tensor:
        """Return the next states (..., tokens, width)."""
        x = self.attention_post(x + self._attend(self.attention_pre(x)))
        inner = activation(self.feedforward_in(self.feedforward_pre(x)))
        out: Tensor = self.feedforward_post(x + self.feedforward_out(inner))
        return out

    def _attend(self, x: Tensor) -> Tensor:
        """Return what each token gathers from all (Vaswani et al. 2017, sections 3.2.1-3.2.2)."""
        heads = self.attention_in(x).unflatten(-1, (3, self.heads, -1)).transpose(-4, -2)
        # One layout in every block: products of other layouts may round otherwise.
        query, key, value = (part.contiguous() for part in heads.unbind(-3))
        shares = torch.softmax(query @ key.mT / math.sqrt(query.shape[-1]), dim=-1)
        gathered: Tensor = self.attention_out((shares @ value).transpose(-3, -2).flatten(-2))
        return gathered


class Transformer(Feedforward):
    """A linear `embedding` of tokens, encoder layers `layers.0`, ..., and a linear `head`.

    The head sees the mean over tokens, which with norm "pre" passes a last LayerNorm first.
    """

    def __init__(
        self, norm: Norm, layers: int, inputs: int, width: int, heads: int, feedforward: int,
        classes: int, rows_per_token: int = 1,
    ) -> None:  # fmt: skip
        """Make the layers."""
        super().__init__()
        self.rows_per_token = rows_per_token
        self.embedding = nn.Linear(rows_per_token * inputs, width)
        self.layers = nn.ModuleList(
            EncoderLayer(norm, width, heads, feedforward) for _ in range(layers)
        )
        self.activation = nn.ReLU()
        self.norm, _ = _norms(norm, width)
        self.head = nn.Linear(width, classes)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the states (..., tokens, width) after embedding and layers, then the logits.

        x are sequences (..., tokens · rows per token, inputs).
        """
        x = self.embedding(joined(x, self.rows_per_token))
        x = x + positions(*x.shape[-2:]).to(x)
        yield "embedding", x
        for k, layer in enumerate(self.layers):
            x = layer(x, self.activation)
            yield f"layers.{k}", x
        yield "head", self.head(self.norm(x).mean(-2))


def _norms(norm: Norm, width: int) -> tuple[nn.Module, nn.Module]:
    """Return what stands before and after a part."""
    before = nn.LayerNorm(width) if norm == "pre" else nn.Identity()
    after = nn.LayerNorm(width) if norm == "post" else nn.Identity()
    return before, after


def joined(x: Tensor, rows: int) -> Tensor:
    """Return x (..., n, inputs) as (..., n / rows, rows · inputs): successive rows as one token.

    Raises InitbenchError where `rows` does not divide n.
    """
    *front, count, inputs = x.shape
    if count % rows:
        raise InitbenchError(
            f"A sequence of {count} rows cannot be cut into tokens of {rows} rows; choose a "
            "`rows_per_token` that divides it."
        )
    return x.reshape(*front, count // rows, rows * inputs)


@cache
def positions(tokens: int, width: int) -> Tensor:
    """Return sines and cosines (tokens, width) in turn (Vaswani et al. 2017, section 3.5)."""
    frequencies = LONGEST ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    angles = torch.arange(tokens).unsqueeze(-1) * frequencies
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(-2)[:, :width]


def build(
    *,
    norm: Literal["pre", "post", "none"],
    layers: Depth,
    inputs: int = 28,
    width: int = 32,
    heads: int = 4,
    feedforward: int = 64,
    classes: int = 10,
    rows_per_token: int = 1,
) -> Transformer:
    """Return an encoder of `layers` layers on sequences of any length, e.g. rows of an image.

    Each `rows_per_token` successive rows of `inputs` numbers make one token.
    """
    return Transformer(
        norm, layers, inputs, width, heads, feedforward, classes, rows_per_token=rows_per_token
    )
