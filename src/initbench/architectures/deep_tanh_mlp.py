"""Document A's network: a chain of 2x2 tanh layers with a linear two-class head."""

from torch import Tensor

from initbench.architectures.mlp import MLP
from initbench.values import Depth


class DeepTanhMLP(MLP):
    """`depth` tanh layers of `width` units; `transform` shows the data after the first k."""

    def __init__(self, depth: int = 8, width: int = 2) -> None:
        """Make the chain; two inputs, two classes."""
        super().__init__([2, *[width] * depth, 2], "tanh")

    def transform(self, x: Tensor, k: int) -> Tensor:
        """Return the states (n, width) after the first `k` layers; k = 0 gives the input."""
        for layer in list(self.layers)[:k]:
            x = self.activation(layer(x))
        return x.detach()


def build(*, depth: Depth = 8, width: int = 2) -> DeepTanhMLP:
    """Return document A's chain (document A, section "First results")."""
    return DeepTanhMLP(depth, width)
