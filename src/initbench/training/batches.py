"""Batches of a block: each seed has its own order, drawn from its own stream."""

from collections.abc import Sequence

import torch
from torch import Tensor

from initbench.seeds import torch_stream


class Batches:
    """The training data of a block, served batch by batch.

    x is (S or 1, n, ...) and y (S or 1, n): a leading 1 means that all seeds share the samples.
    """

    def __init__(self, x: Tensor, y: Tensor, seeds: Sequence[int], size: int) -> None:
        """Remember the data; a `size` of n or more serves the whole set, in its own order."""
        self.x, self.y, self.seeds, self.size = x, y, seeds, size
        self.samples = x.shape[1]
        self.per_epoch = -(-self.samples // size)
        self._epoch = -1
        if size >= self.samples:
            self._whole = tuple(t.expand(len(seeds), *t.shape[1:]) for t in (x, y))
        else:  # all seeds' samples in one row, so that a batch is one gather
            offsets = torch.arange(x.shape[0]).repeat(len(seeds) // x.shape[0]) * self.samples
            self._offsets = offsets.unsqueeze(1)
            self._flat_x, self._flat_y = x.flatten(0, 1), y.flatten(0, 1)

    def at(self, step: int) -> tuple[Tensor, Tensor]:
        """Return inputs (S, b, ...) and labels (S, b) of a step; steps must not go back."""
        if self.size >= self.samples:
            return self._whole[0], self._whole[1]
        epoch, k = divmod(step, self.per_epoch)
        if epoch != self._epoch:
            self._order, self._epoch = self._shuffled(epoch), epoch
        index = self._order[:, k * self.size : (k + 1) * self.size]
        flat = index.reshape(-1)
        x = self._flat_x.index_select(0, flat).view(*index.shape, *self._flat_x.shape[1:])
        return x, self._flat_y.index_select(0, flat).view(index.shape)

    def _shuffled(self, epoch: int) -> Tensor:
        streams = [torch_stream(seed, "order", str(epoch)) for seed in self.seeds]
        orders = [torch.randperm(self.samples, generator=stream) for stream in streams]
        return torch.stack(orders) + self._offsets
