"""How fast is the engine? The documents' loops, a plain loop, vmap and the engine, side by side.

    python -m initbench.tools.engine_speed [--quick] [--output FILE]

All ways of a task train the same runs: the seed fixes the draw and the order of the batches, so
the ways end at the same loss. Times are CPU seconds of this process on one thread, a model; only
ratios within one table count, for another machine or a busier hour gives other seconds. The
engine's times include all that a run does: draws, curves, and the outcomes on both sets at its end.
A second table says how the engine's time grows with seeds and depth; both go into one figure.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Subset
from torchvision import transforms
from torchvision.datasets import MNIST

from initbench import architectures, datasets, inits, io
from initbench.costs.peak import peak
from initbench.datasets import FIRST_SEED, Split, _mnist_files
from initbench.seeds import torch_stream
from initbench.tools import engine_speed_figure
from initbench.training.engine import train_block
from initbench.training.plain import evaluate, train_epoch, train_model
from initbench.training.protocol import Protocol

PIXELS = {"source": "torchvision", "name": "MNIST", "mean": 0.1307, "std": 0.3081}
POINTS = {"source": "moons", "samples": 1000, "noise": 0.1, "standardize": "all"}
INIT = {"method": "default"}
BATCH = 64


@dataclass(frozen=True)
class Size:
    """How much of each task to run."""

    images: tuple[int, int] = (60_000, 10_000)  # training, test
    image_models: int = 10
    chain_steps: int = 1000
    chain_models: int = 200
    deep_samples: int = 12_800
    deep_models: tuple[int, ...] = (10, 40)
    vmap_models: int = 10
    seeds: tuple[int, ...] = (1, 4, 16, 64)
    depths: tuple[int, ...] = (3, 10, 30, 60)


FULL = Size()
QUICK = Size(
    images=(6_000, 1_000), chain_steps=200, chain_models=100, deep_samples=3_200, depths=(3, 10, 30)
)


@dataclass(frozen=True)
class Task:
    """What every way trains, and the `unit` of which a run has so many `units`.

    The leading axis of the arrays of `split` is the seed, or 1 where all seeds share them.
    """

    name: str
    architecture: Mapping[str, Any]
    protocol: Protocol
    split: Split
    unit: str
    units: int = 1
    has_flops: bool = True

    def net(self, seed: int) -> nn.Module:
        """Return the network of `seed`, drawn as the engine draws it."""
        net = architectures.build(self.architecture)
        inits.initialize(net, INIT["method"], {}, seed)
        return net

    def data(self, seed: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return training inputs (n, ...) and labels (n,), then those of the test, for `seed`."""
        s = self.split
        row = seed - FIRST_SEED if len(s.train_x) > 1 else 0
        arrays = (s.train_x, s.train_y, s.test_x, s.test_y)
        x, y, test_x, test_y = (torch.from_numpy(a[row]) for a in arrays)
        return x, y, test_x, test_y

    def gflop(self) -> float:
        """Return the operations, in 10⁹, of a run's matrix products: an epoch and a test pass."""
        net = architectures.build(self.architecture)
        sizes = [layer.weight.numel() for layer in net.modules() if isinstance(layer, nn.Linear)]
        update = 6 * sum(sizes) - 2 * sizes[0]  # the gradient of the input is not computed
        train, test = self.split.train_x.shape[1], self.split.test_x.shape[1]
        return float(train * update + test * 2 * sum(sizes)) / 1e9


@dataclass(frozen=True)
class Row:
    """One way of one task: CPU seconds a unit and model, GFLOP/s (NaN where they say nothing)."""

    task: str
    way: str
    unit: str
    models: int
    seconds: float
    gflops: float
    test_loss: float


def mnist_task(size: Size, raw: Path) -> Task:
    """Return document D's task on the first images of the set below `raw`, for one epoch."""
    with TemporaryDirectory() as folder:
        datasets.prepare(PIXELS, raw, Path(folder))
        full = datasets.load(PIXELS, Path(folder), [FIRST_SEED])
    n, m = size.images
    split = Split(full.train_x[:, :n], full.train_y[:, :n], full.test_x[:, :m], full.test_y[:, :m])
    return Task("MNIST network", {"family": "mnist_net"}, _adam(), split, "run of 1 epoch")


def chain_task(size: Size, look: bool) -> Task:
    """Return document A's task; with `look`, the test set is evaluated at each step."""
    seeds = range(FIRST_SEED, FIRST_SEED + size.chain_models)
    with TemporaryDirectory() as folder:
        datasets.prepare(POINTS, Path(folder), Path(folder))
        split = datasets.load(POINTS, Path(folder), seeds)
    looks = {"test": "each"} if look else {}
    recipe = Protocol(epochs=size.chain_steps, learning_rate=0.03, evaluate=looks)
    name = "tanh chain, tested at each step" if look else "tanh chain"
    unit = f"run of {size.chain_steps} steps"
    return Task(name, {"family": "deep_tanh_mlp"}, recipe, split, unit, has_flops=False)


def deep_task(size: Size, depth: int = 30) -> Task:
    """Return a ReLU MLP of `depth` and width 64 on random points in ten classes, one epoch."""
    stream = np.random.RandomState(0)
    x = stream.standard_normal((2, 1, size.deep_samples, 64)).astype(np.float32)
    y = stream.randint(10, size=(2, 1, size.deep_samples))
    split = Split(x[0], y[0], x[1, :, :BATCH], y[1, :, :BATCH])
    spec = {"family": "mlp", "inputs": 64, "width": 64, "depth": depth, "classes": 10}
    steps = -(-size.deep_samples // BATCH)
    return Task("ReLU MLP", {**spec, "activation": "relu"}, _adam(), split, "step", steps)


def _adam() -> Protocol:
    looks = {"test": "each", "running": "each"}
    return Protocol(1, "adam", learning_rate=1e-3, batch=BATCH, evaluate=looks)


def document_loop(task: Task, raw: Path, seed: int) -> float:
    """Train `task` as document D writes it (section 3); return the loss on the test set.

    The images below `raw` pass one by one through torchvision's transforms.
    """
    as_document = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize(PIXELS["mean"], PIXELS["std"])]
    )
    train, test = (MNIST(raw, train=part, transform=as_document) for part in (True, False))
    x, _, test_x, _ = task.data(seed)
    net = task.net(seed)
    batches = DataLoader(train, BATCH, sampler=_order(len(x), seed).tolist())
    looks = DataLoader(Subset(test, range(len(test_x))), BATCH)
    train_model(net, batches, looks, epochs=1, lr=task.protocol.rates[0])
    return _test_loss(net, task, seed)


def plain_loop(task: Task, seed: int) -> float:
    """Train one network from tensors in memory with fused Adam; return the loss on the test set."""
    x, y, test_x, test_y = task.data(seed)
    net = task.net(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=task.protocol.rates[0], fused=True)
    batches = torch.split(_order(len(x), seed), BATCH)
    train_epoch(net, ((x[index], y[index]) for index in batches), optimizer)
    evaluate(net, [(test_x, test_y)])
    return _test_loss(net, task, seed)


def notebook_loop(task: Task, seed: int) -> float:
    """Train one chain as document A's notebook does; return the loss on the test set."""
    x, y, test_x, test_y = task.data(seed)
    net = task.net(seed)
    optimizer = torch.optim.SGD(net.parameters(), lr=task.protocol.rates[0])
    for _ in range(task.protocol.epochs):
        if task.protocol.evaluate:
            _look(net, test_x, test_y)
        optimizer.zero_grad()
        torch.autograd.backward(cross_entropy(net(x), y))
        optimizer.step()
    return _test_loss(net, task, seed)


def vmap_loop(task: Task, models: int) -> float:
    """Train `models` seeds at once with torch.func; return the first one's test loss."""
    seeds = range(FIRST_SEED, FIRST_SEED + models)
    nets = [task.net(seed) for seed in seeds]
    parameters, buffers = stack_module_state(nets)

    def losses(parameters: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return cross_entropy(functional_call(nets[0], (parameters, {}), (x,)), y)

    assert not buffers  # none of the three nets has any
    optimizer = _optimizer(task, list(parameters.values()))
    for x, y in _batches(task, seeds):
        optimizer.zero_grad()
        torch.autograd.backward([vmap(losses)(parameters, x, y).sum()])
        optimizer.step()
    first = {name: parameter[0].detach() for name, parameter in parameters.items()}
    nets[0].load_state_dict(first)
    return _test_loss(nets[0], task, FIRST_SEED)


def _optimizer(task: Task, parameters: list[Tensor]) -> torch.optim.Optimizer:
    rate = task.protocol.rates[0]
    if task.protocol.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=rate, fused=True)
    return torch.optim.SGD(parameters, lr=rate)


def _batches(task: Task, seeds: Sequence[int]) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield inputs (S, n, ...) and labels (S, n), each seed in its own order."""
    data = [task.data(seed)[:2] for seed in seeds]
    if task.protocol.batch == "full":
        x, y = (torch.stack(parts) for parts in zip(*data, strict=True))
        yield from repeat((x, y), task.protocol.epochs)
        return
    orders = [
        torch.split(_order(len(x), seed), BATCH) for (x, _), seed in zip(data, seeds, strict=True)
    ]
    for parts in zip(*orders, strict=True):
        picked = [(x[index], y[index]) for (x, y), index in zip(data, parts, strict=True)]
        x, y = (torch.stack(part) for part in zip(*picked, strict=True))
        yield x, y


def engine(task: Task, models: int) -> float:
    """Train a block of `models` seeds with the engine; return the first one's test loss."""
    block = range(FIRST_SEED, FIRST_SEED + models)
    tables = train_block(task.architecture, INIT, task.protocol, task.split, block)
    return float(tables["outcomes"]["test_loss"][0].as_py())


def _order(samples: int, seed: int) -> Tensor:
    """Return the order in which the first epoch of `seed` takes the samples."""
    return torch.randperm(samples, generator=torch_stream(seed, "order", "0"))


@torch.no_grad()
def _look(net: nn.Module, x: Tensor, y: Tensor) -> tuple[float, float]:
    """Return loss and accuracy, as a plain loop prints them."""
    logits = net(x)
    return cross_entropy(logits, y).item(), (logits.argmax(1) == y).double().mean().item()


def _test_loss(net: nn.Module, task: Task, seed: int) -> float:
    _, _, test_x, test_y = task.data(seed)
    return _look(net, test_x, test_y)[0]


def timed(work: Callable[[], float]) -> tuple[float, float]:
    """Return the CPU seconds that `work` took, and what it returned."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def measure(size: Size) -> Iterator[Row]:
    """Yield one row a way, each as soon as it is measured; a task's plain way comes first."""
    with TemporaryDirectory() as folder:
        raw = Path(folder)
        _mnist_files.lay_out(_mnist_files.CARRIED, raw)
        task = mnist_task(size, raw)
        yield _row(task, "plain loop", partial(plain_loop, task, FIRST_SEED))
        yield _row(task, "document D's loop", partial(document_loop, task, raw, FIRST_SEED))
    yield _vmap_row(task, size.vmap_models)
    yield _engine_row(task, size.image_models)
    for look in (False, True):
        task = chain_task(size, look)
        yield _row(task, "document A's loop", partial(notebook_loop, task, FIRST_SEED))
        if not look:
            yield _vmap_row(task, size.vmap_models)
        yield _engine_row(task, size.chain_models)
    task = deep_task(size)
    yield _row(task, "plain loop", partial(plain_loop, task, FIRST_SEED))
    yield _vmap_row(task, size.vmap_models)
    yield from (_engine_row(task, models) for models in size.deep_models)


def growth(size: Size) -> Iterator[Row]:
    """Yield a row of the engine a number of seeds, then one a depth, ten models side by side."""
    with TemporaryDirectory() as folder:
        _mnist_files.lay_out(_mnist_files.CARRIED, Path(folder))
        tasks = [mnist_task(QUICK, Path(folder)), chain_task(QUICK, False), deep_task(size)]
    for task in tasks:
        yield from (_engine_row(task, models) for models in size.seeds)
    for depth in size.depths:
        task = replace(deep_task(size, depth), name=f"ReLU MLP, depth {depth}")
        yield _engine_row(task, 10)


def _row(task: Task, way: str, work: Callable[[], float], models: int = 1) -> Row:
    print(f"bench: {task.name}, {way}", file=sys.stderr)
    seconds, loss = timed(work)
    gflops = task.gflop() * models / seconds if task.has_flops else float("nan")
    each = seconds / task.units / models
    return Row(task.name, way, task.unit, models, each, gflops, loss)


def _engine_row(task: Task, models: int) -> Row:
    return _row(task, f"engine, {models} models", partial(engine, task, models), models)


def _vmap_row(task: Task, models: int) -> Row:
    return _row(task, f"vmap, {models} models", partial(vmap_loop, task, models), models)


def table(rows: list[Row], best: float) -> pd.DataFrame:
    """Return `rows` with each way's speed as a multiple of its task's first row, and of `best`."""
    frame = pd.DataFrame([asdict(row) for row in rows])
    plain = frame.groupby("task")["seconds"].transform("first")
    place = list(frame.columns).index("seconds") + 1
    frame.insert(place, "speedup", plain / frame["seconds"])
    frame.insert(place + 2, "share_of_peak", frame["gflops"] / best)
    return frame


def main(arguments: list[str] | None = None) -> None:
    """Run the benchmark; print its tables and write them as CSV, with a figure beside them."""
    parser = argparse.ArgumentParser(
        prog="python -m initbench.tools.engine_speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="a rough answer in seconds")
    parser.add_argument("--output", type=Path, default=Path("results/bench.csv"), help="CSV file")
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    best = peak()
    size = QUICK if given.quick else FULL
    result, grown = (table(list(rows(size)), best) for rows in (measure, growth))
    print(f"CPU seconds a unit and model, one thread; peak of this core: {best:.0f} GFLOP/s\n")
    for name, frame in {"": result, "_growth": grown}.items():
        print(frame.to_string(index=False, na_rep="", float_format="{:.3g}".format), "\n")
        file = given.output.with_stem(given.output.stem + name)
        io.write_text(file, frame.to_csv(index=False))
    engine_speed_figure.save(result, grown, given.output.with_suffix(".svg"))


if __name__ == "__main__":
    main()
