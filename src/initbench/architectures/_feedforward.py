"""What every feed-forward classifier here has: named states, the last of which are the logits."""

from abc import abstractmethod
from collections.abc import Iterator

from torch import Tensor, nn


class Feedforward(nn.Module):
    """A network that yields a state for each of its layers; features are the last axis."""

    activation: nn.Module

    @abstractmethod
    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield (layer name, state) in order, the logits last.

        A state is what the layer passes on, after its activation, unless a family says otherwise.
        """

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (..., classes) of the inputs."""
        *_, (_, logits) = self.states(x)
        return logits


def as_features(x: Tensor, features: int) -> Tensor:
    """Return `x` (..., features) as it is, and images (..., c, h, w) flattened."""
    return x.flatten(-3) if x.dim() > 3 and x.shape[-1] != features else x
