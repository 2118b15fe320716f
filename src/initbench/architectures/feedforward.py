"""What every feed-forward classifier here has: named states, the last of which are the logits."""

from abc import abstractmethod
from collections.abc import Iterator

from torch import Tensor, nn


class Feedforward(nn.Module):
    """A network that yields the state after each of its layers; features are the last axis."""

    @abstractmethod
    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield (layer name, state after its activation) in order, the logits last."""

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (..., classes) of the inputs."""
        *_, (_, logits) = self.states(x)
        return logits
