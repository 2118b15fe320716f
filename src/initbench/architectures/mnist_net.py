"""Document D's network for 28x28 images, with a choice of activation and hidden widths."""

from collections.abc import Iterator, Sequence

from torch import Tensor, nn

from initbench.architectures._activations import activation as make_activation
from initbench.architectures._feedforward import Feedforward
from initbench.values import Activation, Share


class MNISTNet(Feedforward):
    """784-128-64-10 with raw logits; optional dropout after each hidden activation."""

    def __init__(self, activation: str, hidden: Sequence[int], dropout: float) -> None:
        """Make layers fc1, fc2 and out."""
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, hidden[0])
        self.fc2 = nn.Linear(hidden[0], hidden[1])
        self.out = nn.Linear(hidden[1], 10)
        self.activation = make_activation(activation)
        self.dropout = nn.Dropout(dropout) if dropout else nn.Identity()

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the states after fc1 and fc2, then the logits; x is (..., 1, 28, 28)."""
        x = self.dropout(self.activation(self.fc1(x.flatten(-3))))
        yield "fc1", x
        x = self.dropout(self.activation(self.fc2(x)))
        yield "fc2", x
        yield "out", self.out(x)


def build(
    *, activation: Activation = "relu", hidden: Sequence[int] = (128, 64), dropout: Share = 0.0
) -> MNISTNet:
    """Return document D's network (document D, section 3.2)."""
    return MNISTNet(activation, hidden, dropout)
