"""Multinomial logistic regression: no hidden layer, so no symmetry to break."""

from collections.abc import Iterator

from torch import Tensor, nn

from initbench.architectures._feedforward import Feedforward, as_features


class SoftmaxRegression(Feedforward):
    """One linear layer `out` from the features to the logits."""

    def __init__(self, inputs: int, classes: int) -> None:
        """Make the layer."""
        super().__init__()
        self.inputs = inputs
        self.activation = nn.Identity()
        self.out = nn.Linear(inputs, classes)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the logits of x (..., inputs), or of images (..., c, h, w) with as many pixels."""
        yield "out", self.out(as_features(x, self.inputs))


def build(*, inputs: int = 784, classes: int = 10) -> SoftmaxRegression:
    """Return a softmax regression on features or flattened images."""
    return SoftmaxRegression(inputs, classes)
