"""Multinomial logistic regression: no hidden layer, so no symmetry to break."""

from collections.abc import Iterator

from torch import Tensor, nn

from initbench.architectures.feedforward import Feedforward


class SoftmaxRegression(Feedforward):
    """One linear layer `out` from the pixels to the logits."""

    def __init__(self, inputs: int, classes: int) -> None:
        """Make the layer."""
        super().__init__()
        self.activation = nn.Identity()
        self.out = nn.Linear(inputs, classes)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the logits of images (..., 1, h, w)."""
        yield "out", self.out(x.flatten(-3))


def build(*, inputs: int = 784, classes: int = 10) -> SoftmaxRegression:
    """Return a softmax regression on flattened images."""
    return SoftmaxRegression(inputs, classes)
