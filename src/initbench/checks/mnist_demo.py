"""Document D's set-up: pixels, loaders, network, training loop, zeroing loop (D10 to D19, D47)."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from initbench.checks._registry import Measurement, check
from initbench.datasets import FIRST_SEED
from initbench.datasets.torchvision import normalised, stored

if TYPE_CHECKING:
    from torch import Tensor

    from initbench.architectures._feedforward import Feedforward

MEAN, STD = 0.1307, 0.3081
BATCH = 64


def images(mnist: Path, part: str, count: int) -> "tuple[Tensor, Tensor]":
    """Return the first `count` normalised images (n, 1, 28, 28) and labels (n,) of a part."""
    import torch

    x = normalised(stored(mnist, f"{part}_x")[:count], MEAN, STD)
    y = stored(mnist, f"{part}_y")[:count].astype(np.int64)
    return torch.from_numpy(x), torch.from_numpy(y)


def _net(init: str = "default", seed: int = FIRST_SEED) -> "Feedforward":
    from initbench.architectures import build
    from initbench.inits import initialize

    net = build({"family": "mnist_net", "activation": "relu"})
    initialize(net, init, {}, seed)
    return net


def _pixel_moments(mnist: Path) -> tuple[float, float]:
    """Return mean and standard deviation of all training pixels in [0, 1], from their counts."""
    chunks = np.array_split(stored(mnist, "train_x"), 60)  # bincount copies to 64 bits
    counts = np.sum([np.bincount(chunk.ravel(), minlength=256) for chunk in chunks], axis=0)
    values = np.arange(256) / 255
    mean = np.average(values, weights=counts)
    return float(mean), float(np.sqrt(np.average((values - mean) ** 2, weights=counts)))


@check("D10", "d10_mean", reads_mnist=True)
def pixel_mean(mnist: Path) -> Measurement:
    """Return the mean of the 60 000 training images' pixels, scaled to [0, 1]."""
    mean, _ = _pixel_moments(mnist)
    return Measurement(mean, 0.13066, 1e-4, "mean of all training pixels / 255")


@check("D10", "d10_std", reads_mnist=True)
def pixel_std(mnist: Path) -> Measurement:
    """Return the standard deviation of the 60 000 training images' pixels, scaled to [0, 1]."""
    _, std = _pixel_moments(mnist)
    return Measurement(std, 0.30811, 1e-4, "standard deviation of all training pixels / 255")


@check("D11", "d11_train_batches", reads_mnist=True, part="train", expected=938)
@check("D11", "d11_test_batches", reads_mnist=True, part="test", expected=157)
def batches(mnist: Path, part: str, expected: int) -> Measurement:
    """Return the number of batches of 64 that a DataLoader makes of a part of MNIST."""
    from torch.utils.data import DataLoader

    labels = stored(mnist, f"{part}_y").tolist()
    loader: DataLoader[int] = DataLoader(labels, batch_size=BATCH, shuffle=part == "train")
    detail = f"{len(labels)} images in batches of {BATCH}, the last one smaller"
    return Measurement(len(loader), expected, 0, detail)


@check("D12", "d12_parameter_count")
def parameter_count() -> Measurement:
    """Return the number of parameters of 784-128-64-10 with biases."""
    count = sum(p.numel() for p in _net().parameters())
    return Measurement(count, 109_386, 0, "weights and biases of fc1, fc2 and out")


@check("D12", "d12_no_softmax", reads_mnist=True)
def no_softmax(mnist: Path) -> Measurement:
    """Return 1 if the output is that of the last linear layer and its rows do not sum to one."""
    import torch
    from torch.nn.functional import linear, relu

    net, (x, _) = _net(), images(mnist, "test", BATCH)
    with torch.no_grad():
        w1, b1, w2, b2, w3, b3 = net.parameters()
        by_hand = linear(relu(linear(relu(linear(x.flatten(1), w1, b1)), w2, b2)), w3, b3)
        output = net(x)
    raw = torch.allclose(output, by_hand, atol=1e-5)
    raw &= not torch.allclose(output.sum(dim=1), torch.ones(BATCH))
    return Measurement(raw, 1, 0, "the output is that of the last linear layer, no softmax after")


@check("D13", "d13_history_lengths", reads_mnist=True, epochs=3)
def history_lengths(mnist: Path, epochs: int) -> Measurement:
    """Return the common length of both accuracy lists of document D's loop; NaN if they differ."""
    from initbench.training.plain import train_model

    train, test = (_batches(mnist, part, count) for part, count in (("train", 256), ("test", 128)))
    lengths = {len(accuracies) for accuracies in train_model(_net(), train, test, epochs)}
    value = lengths.pop() if len(lengths) == 1 else float("nan")
    return Measurement(value, epochs, 0, f"{epochs} epochs on 256 training and 128 test images")


def _batches(mnist: Path, part: str, count: int) -> "list[tuple[Tensor, Tensor]]":
    x, y = images(mnist, part, count)
    starts = range(0, count, BATCH)
    return [(x[start : start + BATCH], y[start : start + BATCH]) for start in starts]


@check("D19", "d19_all_zero")
def all_zero() -> Measurement:
    """Return the largest absolute parameter after a loop that sets every parameter to zero."""
    from torch.nn.init import zeros_

    net = _net()
    before = max(float(p.detach().abs().max()) for p in net.parameters())
    for _, parameter in net.named_parameters():
        zeros_(parameter)
    after = max(float(p.detach().abs().max()) for p in net.parameters())
    return Measurement(after, 0, 0, f"largest size of a parameter, before the loop {before:.3g}")


@check("D47", "d47_same_order")
def same_order() -> Measurement:
    """Return 1 if a seed's batch order is the same whatever the init, over three epochs."""
    import torch

    orders = [_order(init) for init in ("default", "zeros")]
    detail = "order of 1000 samples in three epochs after a default and after an all-zero init"
    return Measurement(torch.equal(*orders), 1, 0, detail)


def _order(init: str, samples: int = 1000, epochs: int = 3) -> "Tensor":
    """Return the numbers of the samples in the order in which a fresh net would meet them."""
    import torch

    from initbench.training.batches import Batches

    _net(init)
    numbers = torch.arange(samples).unsqueeze(0)
    served = Batches(numbers.unsqueeze(-1), numbers, [FIRST_SEED], BATCH)
    steps = range(epochs * served.per_epoch)
    return torch.cat([served.at(step)[1][0] for step in steps])
