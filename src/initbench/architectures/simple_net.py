"""Document B's SimpleNet, and what the document records of it."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from initbench.architectures._feedforward import Feedforward


class SimpleNet(Feedforward):
    """Three linear layers fc1, fc2, fc3 with ReLU between them."""

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        """Make the layers."""
        super().__init__()
        self.fc1 = nn.Linear(input_size, hidden_size)
        self.activation = nn.ReLU()
        self.fc2 = nn.Linear(hidden_size, hidden_size)
        self.fc3 = nn.Linear(hidden_size, output_size)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield each layer's output before its activation, as the document records it."""
        x = self.fc1(x)
        yield "fc1", x
        x = self.fc2(self.activation(x))
        yield "fc2", x
        yield "fc3", self.fc3(self.activation(x))


@torch.no_grad()
def activations(model: SimpleNet, x: Tensor) -> list[np.ndarray]:
    """Return the recorded outputs of the three layers for inputs (n, input_size).

    Shapes (n, hidden_size), (n, hidden_size) and (n, output_size); document B, section 2.4.4.
    """
    return [state.numpy() for _, state in model.states(x)]


def build(*, input_size: int = 100, hidden_size: int = 100, output_size: int = 10) -> SimpleNet:
    """Return document B's network (document B, section 2.4.4)."""
    return SimpleNet(input_size, hidden_size, output_size)
