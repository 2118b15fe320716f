"""Fully connected networks of any depth, width and activation."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from torch import Tensor, nn

from initbench.architectures._activations import activation as make_activation
from initbench.architectures._feedforward import Feedforward, as_features
from initbench.values import Activation, Depth


class MLP(Feedforward):
    """Hidden layers `layers.0`, `layers.1`, ... with one activation, then a linear head `final`."""

    def __init__(self, widths: Sequence[int], activation: str) -> None:
        """Make layers between successive `widths` = (inputs, hidden..., classes)."""
        super().__init__()
        pairs = list(pairwise(widths))
        self.inputs = widths[0]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairs[:-1])
        self.activation = make_activation(activation)
        self.final = nn.Linear(*pairs[-1])

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the state after each hidden layer's activation, then the logits.

        x is (..., inputs), or images (..., c, h, w) with as many pixels.
        """
        x = as_features(x, self.inputs)
        for k, layer in enumerate(self.layers):
            x = self.activation(layer(x))
            yield f"layers.{k}", x
        yield "final", self.final(x)


def build(
    *, inputs: int, width: int, depth: Depth, classes: int = 2, activation: Activation = "tanh"
) -> MLP:
    """Return an MLP of `depth` hidden layers of `width` units."""
    return MLP([inputs, *[width] * depth, classes], activation)
