"""A block's data as tensors."""

from dataclasses import dataclass

import torch
from torch import Tensor

from initbench.datasets import Split


@dataclass(frozen=True)
class Data:
    """Inputs (S, n, ...) and labels (S, n); the leading axis is 1 where all seeds share them."""

    train_x: Tensor
    train_y: Tensor
    test_x: Tensor
    test_y: Tensor

    @classmethod
    def of(cls, split: Split) -> "Data":
        """Return the tensors of `split`."""
        arrays = (split.train_x, split.train_y, split.test_x, split.test_y)
        return cls(*map(torch.from_numpy, arrays))

    def of_seeds(self, rows: slice) -> "Data":
        """Return the data of some of the seeds."""
        fields = (self.train_x, self.train_y, self.test_x, self.test_y)
        return Data(*(t if t.shape[0] == 1 else t[rows] for t in fields))
