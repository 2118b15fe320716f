"""Document D's training loop, one net at a time: the plain baseline of the benchmark."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim import Adam, Optimizer

Loader = Iterable[tuple[Tensor, Tensor]]


def train_model(
    net: nn.Module, train_loader: Loader, test_loader: Loader, epochs: int = 10, lr: float = 1e-3
) -> tuple[list[float], list[float]]:
    """Train `net` in place with Adam on cross-entropy; return train and test accuracy an epoch.

    The training accuracy is the running one, counted before each update while the net still
    changes; the test accuracy is that of the net at the end of the epoch (document D, section 3.3).
    """
    optimizer = Adam(net.parameters(), lr=lr)
    train_accuracy, test_accuracy = [], []
    for _ in range(epochs):
        train_accuracy.append(train_epoch(net, train_loader, optimizer))
        test_accuracy.append(evaluate(net, test_loader))
    return train_accuracy, test_accuracy


def train_epoch(net: nn.Module, loader: Loader, optimizer: Optimizer) -> float:
    """Update `net` once a batch (x, y) of `loader`; return its running accuracy, in [0, 1]."""
    net.train()
    correct = total = 0
    for x, y in loader:
        logits = net(x)
        optimizer.zero_grad()
        torch.autograd.backward(cross_entropy(logits, y))
        optimizer.step()
        correct += _correct(logits, y)
        total += len(y)
    return correct / total


@torch.no_grad()
def evaluate(net: nn.Module, loader: Loader) -> float:
    """Return the accuracy of `net` in evaluation mode over all batches of `loader`, in [0, 1]."""
    net.eval()
    correct = total = 0
    for x, y in loader:
        correct += _correct(net(x), y)
        total += len(y)
    return correct / total


def _correct(logits: Tensor, y: Tensor) -> int:
    return int((logits.argmax(dim=1) == y).sum())
