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
    def of(cls, split: Split, precision: str) -> "Data":
        """Return the tensors of `split` with inputs in `precision` ("float32" or "float64")."""
        kind = getattr(torch, precision)
        x = [torch.from_numpy(a).to(kind) for a in (split.train_x, split.test_x)]
        y = [torch.from_numpy(a) for a in (split.train_y, split.test_y)]
        return cls(x[0], y[0], x[1], y[1])

    def of_seeds(self, rows: slice) -> "Data":
        """Return the data of some of the seeds."""
        fields = (self.train_x, self.train_y, self.test_x, self.test_y)
        return Data(*(t if t.shape[0] == 1 else t[rows] for t in fields))
