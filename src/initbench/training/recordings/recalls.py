"""How well each class is recognised: what an accuracy hides where classes are rare."""

from collections.abc import Iterator

import torch

from initbench.architectures._feedforward import Feedforward
from initbench.training.data import Data
from initbench.training.recorder import Measurement


@torch.no_grad()
def recalls(model: Feedforward, data: Data) -> Iterator[Measurement]:
    """Yield the share of test samples of each class that are recognised; the index is the class."""
    seeds = next(model.parameters()).shape[0]
    x = data.test_x.expand(seeds, *data.test_x.shape[1:])
    labels = data.test_y.expand(seeds, -1)
    hits = model(x).argmax(-1) == labels
    for index in range(int(labels.max()) + 1):
        members = labels == index
        yield "output", "recall", index, (hits & members).sum(1) / members.sum(1)
