"""Hostile nets: trained by the engine as by a plain torch loop, or refused in one sentence."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from faults import child, package
from faults.ground import Ground
from faults.verdict import Case, Verdict
from workflow_grid import tiny

SECONDS = 60.0
SEEDS = range(40, 43)
SAMPLES, FEATURES, CLASSES = 48, 6, 3
INIT = {"method": "default"}
RECIPE = {
    "optimizer": "sgd", "learning_rate": 0.05, "momentum": 0.9, "batch": 16, "epochs": 4,
    "evaluate": {"test": "ends"},
}  # fmt: skip
CLOSE = 1e-5


def cases(ground: Ground) -> Iterator[Case]:
    """Yield the nets in a random order."""
    file = "hostile_nets.py"
    shutil.copy(Path(__file__).with_name(file), ground.project / "src/initbench/architectures")
    package.warm_up()
    from initbench.architectures import hostile_nets

    names = list(hostile_nets.NETS)
    ground.random("nets").shuffle(names)
    for name in names:
        work = partial(_attempt, ground.project, name)
        yield Case(name, lambda work=work: child.judged(work, SECONDS, ground.folder))


def _attempt(project: Path, name: str) -> Verdict:
    from initbench.architectures.hostile_nets import DRAWING

    net = {"family": "hostile_nets", "net": name}
    config = tiny()
    config["architectures"] = {"tanh_chain": net}
    config["datasets"]["moons"] = {
        "source": "gaussian_classes", "classes": CLASSES, "ratio": 1, "features": FEATURES,
        "train": SAMPLES, "test": SAMPLES,
    }  # fmt: skip
    package.check(config, project)
    whole, alone, again = trained(net)
    if alone != whole[1] or again != whole:
        return Verdict("lost", f"in a block {whole[1]}, alone {alone}, again {again[1]}")
    if name in DRAWING:
        return Verdict("survived", f"the same draws for a seed, loss {whole[1]:.6f}")
    return _beside(whole, [plain(net, k) for k in range(len(SEEDS))])


def _beside(found: list[float], expected: list[float]) -> Verdict:
    """Compare the engine's final losses with the plain loop's."""
    if np.allclose(found, expected, rtol=CLOSE, atol=CLOSE * 1e-3, equal_nan=True):
        return Verdict("survived", f"loss {found[0]:.6f} as in plain torch")
    return Verdict("lost", f"losses {found}, in plain torch {expected}")


def data() -> Any:
    """Return a little task of its own for each seed."""
    stream = np.random.RandomState(7)
    x = [stream.standard_normal((len(SEEDS), SAMPLES, FEATURES)).astype(np.float32) for _ in "ab"]
    y = [(part[..., 0] > 0).astype(np.int64) + (part[..., 1] > 0) for part in x]
    return package.split(x[0], y[0], x[1], y[1])


def trained(net: dict[str, Any]) -> tuple[list[float], float, list[float]]:
    """Return the final losses of a block, of its second seed alone, and of the block again."""
    import torch

    torch.set_num_threads(1)
    split, recipe = data(), package.protocol(RECIPE)
    parts = (split.train_x, split.train_y, split.test_x, split.test_y)
    alone = package.split(*(part[1:2] for part in parts))
    runs = []
    for task, seeds in ((split, SEEDS), (alone, SEEDS[1:2]), (split, SEEDS)):
        torch.manual_seed(len(runs))
        outcomes = package.train_block(net, INIT, recipe, task, seeds)["outcomes"]
        runs.append(outcomes["test_loss"].to_pylist())
    return runs[0], runs[1][0], runs[2]


def plain(net: dict[str, Any], k: int) -> float:
    """Train the k-th seed with an ordinary module, optimiser and loop; return its final loss."""
    import torch
    from torch.nn.functional import cross_entropy

    from initbench.architectures import hostile_nets as family

    recipe, split = package.protocol(RECIPE), data()
    model = family.build(net=net["net"])
    package.initialize(model, INIT["method"], SEEDS[k])
    x, y = torch.from_numpy(split.train_x[k]), torch.from_numpy(split.train_y[k])
    optimizer = torch.optim.SGD(
        model.parameters(), lr=recipe.learning_rate, momentum=recipe.momentum
    )
    for epoch in range(recipe.epochs):
        order = torch.randperm(len(x), generator=package.order(SEEDS[k], epoch))
        for index in order.split(recipe.batch_size(len(x))):
            optimizer.zero_grad()
            cross_entropy(model(x[index]), y[index]).backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        return cross_entropy(
            model(torch.from_numpy(split.test_x[k])), torch.from_numpy(split.test_y[k])
        ).item()
