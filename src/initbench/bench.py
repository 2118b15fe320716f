"""How fast is the engine? The documents' loops, a plain loop and the engine, in one process.

    python -m initbench.bench [--quick] [--output FILE]

All ways of a task train the same runs: the seed fixes the draw and the batch order, so that they
end at the same loss. Times are CPU seconds of the process, on one thread; only the ratios between
the rows of one table mean anything, for another machine or a busy one gives other seconds.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Subset
from torchvision import transforms
from torchvision.datasets import MNIST

from initbench import architectures, datasets, inits, io
from initbench.datasets import FIRST_SEED, Split, mnist_files
from initbench.seeds import torch_stream
from initbench.training.engine import train_block
from initbench.training.plain import evaluate, train_epoch, train_model
from initbench.training.protocol import Protocol

CARRIED = Path(__file__).resolve().parents[2] / "data" / "mnist"
PIXELS = {"source": "torchvision", "name": "MNIST", "mean": 0.1307, "std": 0.3081}
POINTS = {"source": "moons", "samples": 1000, "noise": 0.1, "standardize": "all"}
INIT = {"method": "default"}
PLAIN = "plain loop, one model"
SIDE = 1024  # of the matrices whose product sets the peak


@dataclass(frozen=True)
class Size:
    """How much of each task to run; `epochs` and `steps` are averaged over."""

    train: int = 60_000
    test: int = 10_000
    epochs: int = 3
    seeds: int = 10
    steps: int = 1000
    runs: int = 200
    deep_epochs: int = 2
    deep_models: tuple[int, ...] = (10, 40)


FULL = Size()
QUICK = Size(train=6_000, test=1_000, epochs=2, steps=200, runs=100, deep_epochs=1)


@dataclass(frozen=True)
class Task:
    """What every way trains; the leading axis of `split` is the seed, or 1 where all share it."""

    architecture: Mapping[str, Any]
    protocol: Protocol
    split: Split

    def net(self, seed: int) -> nn.Module:
        """Return the network of `seed`, drawn as the engine draws it."""
        net = architectures.build(self.architecture)
        inits.initialize(net, INIT["method"], {}, seed)
        return net

    def data(self, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return training inputs (n, ...) and labels (n,), then those of the test, for `seed`."""
        s = self.split
        k = seed - FIRST_SEED if len(s.train_x) > 1 else 0
        x, y, test_x, test_y = (
            torch.from_numpy(a[k]) for a in (s.train_x, s.train_y, s.test_x, s.test_y)
        )
        return x, y, test_x, test_y

    def flops(self) -> float:
        """Return the operations of an epoch's matrix products, and of its pass over the test."""
        net = architectures.build(self.architecture)
        sizes = [layer.weight.numel() for layer in net.modules() if isinstance(layer, nn.Linear)]
        train, test = self.split.train_x.shape[1], self.split.test_x.shape[1]
        update = 6 * sum(sizes) - 2 * sizes[0]  # nobody asks for the gradient of the input
        return train * update + test * 2 * sum(sizes)


@dataclass(frozen=True)
class Row:
    """One line of the table: CPU seconds a `unit` and model; 0 GFLOP/s where it means nothing."""

    task: str
    way: str
    unit: str
    seconds: float
    gflops: float = 0.0


def timed(work: Callable[[], float]) -> tuple[float, float]:
    """Return the CPU seconds that `work` took, and what it returned: a test loss."""
    start = time.process_time()
    loss = work()
    return time.process_time() - start, loss


def mnist_task(size: Size, raw: Path) -> Task:
    """Return document D's task on the first images of the set that lies below `raw`."""
    with TemporaryDirectory() as folder:
        datasets.prepare(PIXELS, raw, Path(folder))
        full = datasets.load(PIXELS, Path(folder), [FIRST_SEED])
    split = Split(
        full.train_x[:, : size.train], full.train_y[:, : size.train],
        full.test_x[:, : size.test], full.test_y[:, : size.test],
    )  # fmt: skip
    return Task({"family": "mnist_net"}, _adam(size.epochs), split)


def moons_task(size: Size, look: bool) -> Task:
    """Return document A's task for each of `size.runs` seeds; `look` at the test at each step."""
    with TemporaryDirectory() as folder:
        datasets.prepare(POINTS, Path(folder), Path(folder))
        split = datasets.load(POINTS, Path(folder), range(FIRST_SEED, FIRST_SEED + size.runs))
    wishes = {"test": "each"} if look else {}
    recipe = Protocol(epochs=size.steps, learning_rate=0.03, evaluate=wishes)
    return Task({"family": "deep_tanh_mlp", "depth": 8}, recipe, split)


def deep_task(size: Size) -> Task:
    """Return a ReLU MLP of depth 30 and width 64 on 6,400 random points in ten classes."""
    stream = np.random.RandomState(0)
    x = stream.standard_normal((1, 7040, 64)).astype(np.float32)
    y = stream.randint(10, size=(1, 7040))
    family = {"family": "mlp", "inputs": 64, "width": 64, "depth": 30, "classes": 10}
    split = Split(x[:, :6400], y[:, :6400], x[:, 6400:], y[:, 6400:])
    return Task({**family, "activation": "relu"}, _adam(size.deep_epochs), split)


def _adam(epochs: int) -> Protocol:
    looks = {"test": "each", "running": "each"}
    return Protocol(epochs, "adam", learning_rate=1e-3, batch=64, evaluate=looks)


def document_loop(task: Task, raw: Path, seed: int) -> float:
    """Train one epoch as document D writes it (section 3); return the loss on the test.

    Images pass one by one through torchvision's transforms; the order is that of `seed`.
    """
    as_document = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize(PIXELS["mean"], PIXELS["std"])]
    )
    train, test = (MNIST(raw, train=part, transform=as_document) for part in (True, False))
    x, _, test_x, _ = task.data(seed)
    net, order = task.net(seed), _order(len(x), seed, 0).tolist()
    batches = DataLoader(train, batch_size=64, sampler=order)
    looks = DataLoader(Subset(test, range(len(test_x))), batch_size=64)
    train_model(net, batches, looks, epochs=1, lr=task.protocol.learning_rate)
    return _test_loss(net, task, seed)


def plain_loop(task: Task, seed: int) -> float:
    """Train one network from tensors in memory with fused Adam; return the loss on the test."""
    x, y, test_x, test_y = task.data(seed)
    net = task.net(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=task.protocol.learning_rate, fused=True)
    for epoch in range(task.protocol.epochs):
        train_epoch(net, _batches(x, y, _order(len(x), seed, epoch)), optimizer)
        evaluate(net, [(test_x, test_y)])
    return _test_loss(net, task, seed)


def notebook_loop(task: Task, seed: int) -> float:
    """Train one chain by full-batch SGD as document A's notebook does; return the test loss.

    It looks at loss and accuracy on the test before each step if the task's protocol does.
    """
    x, y, test_x, test_y = task.data(seed)
    net = task.net(seed)
    optimizer = torch.optim.SGD(net.parameters(), lr=task.protocol.learning_rate)
    for _ in range(task.protocol.epochs):
        if task.protocol.evaluate:
            _look(net, test_x, test_y)
        optimizer.zero_grad()
        cross_entropy(net(x), y).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return _test_loss(net, task, seed)


def engine(task: Task, seeds: int) -> float:
    """Train a block of `seeds` with the engine; return the first seed's loss on the test."""
    block = range(FIRST_SEED, FIRST_SEED + seeds)
    tables = train_block(task.architecture, INIT, task.protocol, task.split, block)
    return float(tables["outcomes"]["test_loss"][0].as_py())


def _order(samples: int, seed: int, epoch: int) -> Tensor:
    return torch.randperm(samples, generator=torch_stream(seed, "order", str(epoch)))


def _batches(x: Tensor, y: Tensor, order: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    return ((x[index], y[index]) for index in order.split(64))


@torch.no_grad()
def _look(net: nn.Module, x: Tensor, y: Tensor) -> tuple[float, float]:
    logits = net(x)
    return cross_entropy(logits, y).item(), (logits.argmax(1) == y).double().mean().item()


def _test_loss(net: nn.Module, task: Task, seed: int) -> float:
    _, _, test_x, test_y = task.data(seed)
    return _look(net.eval(), test_x, test_y)[0]


def peak() -> float:
    """Return the GFLOP/s of the best of 20 products of two square float32 matrices."""
    a = torch.ones(SIDE, SIDE)
    seconds = min(timed(lambda: float((a @ a)[0, 0]))[0] for _ in range(20))
    return 2e-9 * SIDE**3 / seconds


def measure(size: Size) -> Iterator[Row]:
    """Yield a row for each way of each task, as soon as it is measured."""
    with TemporaryDirectory() as folder:
        raw = Path(folder)
        mnist_files.lay_out(CARRIED, raw)
        yield from _mnist_rows(size, raw)
    yield from _moons_rows(size)
    yield from _deep_rows(size)


def _mnist_rows(size: Size, raw: Path) -> Iterator[Row]:
    task = mnist_task(size, raw)
    work = task.flops() / 1e9
    ways: list[tuple[str, Callable[[], float], int]] = [
        (PLAIN, lambda: plain_loop(task, FIRST_SEED), size.epochs),
        ("document D: DataLoader, transforms", lambda: document_loop(task, raw, FIRST_SEED), 1),
        (
            f"engine, {size.seeds} models",
            lambda: engine(task, size.seeds),
            size.epochs * size.seeds,
        ),
    ]
    for way, run, epochs in ways:
        seconds = timed(run)[0] / epochs
        yield Row("MNIST network", way, "epoch", seconds, work / seconds)


def _moons_rows(size: Size) -> Iterator[Row]:
    for look, title in ((False, "no look at the test"), (True, "a look at each step")):
        task, name = moons_task(size, look), f"tanh chain, {title}"
        unit = f"run of {size.steps} steps"
        yield Row(name, PLAIN, unit, timed(lambda t=task: notebook_loop(t, FIRST_SEED))[0])
        seconds = timed(lambda t=task: engine(t, size.runs))[0] / size.runs
        yield Row(name, f"engine, {size.runs} models", unit, seconds)
