"""What a net is trained for: its loss, what counts as a hit, and what its outputs say."""

from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

CLOSE = 0.1  # a regression hits where no output is further off than this
NEAR_CHANCE = 0.01  # accuracy within this of the most frequent class's share


class Objective(Protocol):
    """Outputs are (S, n, ...), targets (S, n) or (S, n, ...)."""

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean loss (S,) over samples."""

    def hits(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return which samples (S, n) count as right."""

    def votes(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return how many classes are predicted (S,) and the most frequent one's share (S,)."""

    def stuck(self, classes: Tensor, accuracy: Tensor, targets: Tensor) -> Tensor:
        """Return which nets (S,) predict one class and are no better than that."""


class CrossEntropy:
    """Classification: targets (S, n) are class numbers, outputs (S, n, classes) logits."""

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean cross-entropy (S,)."""
        return cross_entropy(outputs.mT, targets, reduction="none").mean(-1)

    def hits(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return where the largest logit is that of the class."""
        return outputs.argmax(-1) == targets

    def votes(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return the number of classes that are ever predicted, and the top one's share."""
        votes = one_hot(outputs.argmax(-1)).sum(1)
        return (votes > 0).sum(-1), (votes.max(-1).values / votes.sum(-1)).double()

    def stuck(self, classes: Tensor, accuracy: Tensor, targets: Tensor) -> Tensor:
        """Return where one class is predicted and the accuracy is about the majority's share."""
        majority = one_hot(targets).double().mean(1).max(-1).values
        return (classes == 1) & ((accuracy - majority).abs() <= NEAR_CHANCE)


class MeanSquaredError:
    """Regression: targets (S, n) or (S, n, outputs)."""

    def losses(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the mean squared error (S,) over samples and outputs."""
        return _errors(outputs, targets).square().mean((1, 2))

    def hits(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return where the largest absolute error is below 0.1."""
        return _errors(outputs, targets).abs().amax(-1) < CLOSE

    def votes(self, outputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return one class with all votes, for there are no classes."""
        ones = torch.ones(len(outputs), dtype=torch.float64)
        return ones, ones

    def stuck(self, classes: Tensor, accuracy: Tensor, targets: Tensor) -> Tensor:
        """Return False for all: a regression has no class to be stuck at."""
        return torch.zeros(len(classes), dtype=torch.bool)


OBJECTIVES: dict[str, Objective] = {"cross_entropy": CrossEntropy(), "mse": MeanSquaredError()}


def status(diverged: Tensor, dead: Tensor, stuck: Tensor) -> list[str]:
    """Return the status of each run (S,): the first that holds of diverged, dead, stuck, else done.

    Dead: the last hidden state is zero on every sample, so no gradient passes below the head.
    """
    flags = zip(diverged.tolist(), dead.tolist(), stuck.tolist(), strict=True)
    names = ("diverged", "dead", "stuck")
    return [
        next((name for name, flag in zip(names, run, strict=True) if flag), "done") for run in flags
    ]


def _errors(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return outputs - targets as (S, n, outputs)."""
    return outputs.flatten(2) - targets.reshape(*outputs.shape[:2], -1)
