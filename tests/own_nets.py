"""Nets of one's own, trained by the engine and by an ordinary torch loop."""

import copy

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from initbench import architectures, inits
from initbench.architectures._feedforward import Feedforward
from initbench.datasets import Split
from initbench.seeds import torch_stream
from initbench.training import engine
from initbench.training.engine import train_block
from initbench.training.proof import way
from initbench.training.protocol import Protocol

SEEDS = (30, 31)
INPUTS = 5
RECIPE = Protocol.of(
    {
        "optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.03, "batch": 9, "epochs": 10,
        "evaluate": {"train": "ends", "running": "ends"},
        "record": {"gradients": "ends", "states": "ends"},
    }
)  # fmt: skip
SAMPLES = 25  # three batches an epoch, the last one smaller


class Around(Feedforward):
    """A linear layer to samples of `shape`, any module `inner`, and a linear layer behind it."""

    activation = nn.Identity()

    def __init__(self, make, shape):
        super().__init__()
        self.shape = shape
        self.first = nn.Linear(INPUTS, int(np.prod(shape)))
        self.inner = make()
        with torch.no_grad():
            after = first_of(copy.deepcopy(self.inner).eval()(torch.zeros(2, *shape)))
        self.axes = after.dim() - 1
        self.final = nn.Linear(after[0].numel(), 3)

    def states(self, x):
        x = first_of(self.inner(self.first(x).unflatten(-1, self.shape)))
        x = x.flatten(-self.axes) if self.axes > 1 else x
        yield "inner", x
        yield "final", self.final(x)


def first_of(output):
    return output[0] if isinstance(output, tuple) else output


class Masked(nn.Module):
    """nn.Dropout with the masks that the engine draws for a seed."""

    def __init__(self, p, seed):
        super().__init__()
        self.p, self.stream = p, torch_stream(seed, "dropout")

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        kept = torch.rand(x.shape, generator=self.stream) < 1 - self.p
        return torch.where(kept, x / max(1 - self.p, 1e-9), 0.0)


def fixed(module):
    """Return `module` so that every init gives its parameters the start that torch gives them."""
    module.FIXED_START = True
    return module


def split(seeds, shape=(INPUTS,)):
    def part(seed, samples):
        stream = np.random.RandomState(seed)
        x = stream.standard_normal((samples, *shape)).astype(np.float32)
        return x, (x.reshape(samples, -1)[:, 0] > 0).astype(np.int64)

    train, test = ([part(seed + k, SAMPLES) for seed in seeds] for k in (0, 1000))
    arrays = [np.stack(a) for pairs in (train, test) for a in zip(*pairs, strict=True)]
    return Split(*arrays)


def use(monkeypatch, make):
    """Let the engine build its nets by `make`; return the list of ways that it finds for them."""
    ways = []

    def build(spec):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return make()

    def noted(blank, shape):
        ways.append(way(blank, shape))
        return ways[-1]

    monkeypatch.setattr(architectures, "build", build)
    monkeypatch.setattr(engine, "way", noted)
    engine._tried.cache_clear()
    return ways


def by_engine(seeds, shape=(INPUTS,), recipe=RECIPE, method="default"):
    return train_block({}, {"method": method}, recipe, split(seeds, shape), seeds)


def by_torch(seed, shape=(INPUTS,), recipe=RECIPE, masks=True):
    """Return the test loss of one seed after an ordinary loop.

    The global stream starts as that of the seed; `masks` are the engine's for nn.Dropout.
    """
    net = architectures.build({})
    inits.initialize(net, "default", {}, seed)
    for name, module in list(net.named_modules()):
        if masks and type(module) is nn.Dropout and not module.inplace:
            net.set_submodule(name, Masked(module.p, seed))
    data = split([seed], shape)
    x, y, test_x, test_y = (
        torch.from_numpy(a[0]) for a in (data.train_x, data.train_y, data.test_x, data.test_y)
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=recipe.rates[0], momentum=recipe.momentum)
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(torch_stream(seed, "dropout").get_state())
        for epoch in range(recipe.epochs):
            order = torch.randperm(len(x), generator=torch_stream(seed, "order", str(epoch)))
            for index in order.split(recipe.batch_size(len(x))):
                optimizer.zero_grad()
                cross_entropy(net(x[index]), y[index]).backward()
                optimizer.step()
    with torch.no_grad():
        return cross_entropy(net.eval()(test_x), test_y).item()


def assert_trained_as_torch_trains_it(shape=(INPUTS,), masks=True, recipe=RECIPE):
    """The net that is in use: after 30 steps as by torch, and in a block as alone."""
    whole = by_engine(SEEDS, shape, recipe)
    for k, seed in enumerate(SEEDS):
        loss = by_torch(seed, shape, recipe, masks)
        np.testing.assert_allclose(whole["outcomes"]["test_loss"][k].as_py(), loss, rtol=1e-5)
        alone = by_engine([seed], shape, recipe)
        for name, table in alone.items():
            frame = whole[name].to_pandas()
            assert table.to_pandas().equals(frame[frame.seed == seed].reset_index(drop=True)), name
