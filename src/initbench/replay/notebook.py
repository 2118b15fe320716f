"""Document A's notebook, seed 42, run again: curves, singular values, layer panels.

Everything random comes from the streams that the notebook uses, in its order: NumPy's for the
data, torch's for the weights. The document's printed values are fixtures here.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from initbench import architectures
from initbench.architectures.deep_tanh_mlp import DeepTanhMLP
from initbench.datasets import Split, draw
from initbench.training.recordings.states import grid

SEED, STEPS, LEARNING_RATE = 42, 1000, 0.03
MOONS = {"source": "moons", "samples": 1000, "noise": 0.1, "standardize": "all"}
MAP_SIDE, MAP_EDGE = 60, 3.0
# Document A, section "SVD": larger and smaller singular value of layers 0 to 7.
PRINTED = {
    "default": [(0.9221, 0.4884), (0.9710, 0.0936), (0.6273, 0.1235), (0.4757, 0.1770),
                (0.7705, 0.2222), (0.9553, 0.4274), (0.6217, 0.1350), (0.7096, 0.5015)],
    "orthogonal": [(1.7645, 0.2109), (1.5999, 1.0709), (1.4989, 0.8290), (1.5814, 0.5803),
                   (1.6148, 0.7659), (1.6656, 0.8657), (1.8517, 0.8446), (2.1327, 0.8531)],
}  # fmt: skip


def replay() -> dict[str, pd.DataFrame]:
    """Run the notebook's two nets, and its Xavier that it never ran; return the three tables.

    "curves": test loss and accuracy after every step; "spectra": singular values at both ends
    beside the printed ones; "panels": states, grey crosses and decision maps after training.
    """
    torch.set_num_threads(1)
    split = draw(MOONS, np.random.RandomState(SEED))
    torch.manual_seed(SEED)  # the notebook draws from the global stream; so does its replay
    nets = {
        "default": _fresh(_keep),
        "orthogonal": _fresh(_orthogonal),
        "xavier_seed_2": _fresh(_xavier),
    }
    results = [_run(name, net, split) for name, net in nets.items()]
    return {
        table: pd.concat([result[table] for result in results], ignore_index=True)
        for table in ("curves", "spectra", "panels")
    }


def _fresh(change: Callable[[Tensor], Any]) -> DeepTanhMLP:
    """Return a chain with PyTorch's default draws from the global stream, then `change`d."""
    net = architectures.build({"family": "deep_tanh_mlp"})
    assert isinstance(net, DeepTanhMLP)
    layers = [*net.layers, net.final]
    for layer in layers:
        layer.reset_parameters()
    with torch.no_grad():
        for layer in layers:
            if change is not _keep:
                change(layer.weight)
                layer.bias.zero_()
    return net


def _keep(weight: Tensor) -> None:
    """Leave the default draw."""


def _orthogonal(weight: Tensor) -> None:
    nn.init.orthogonal_(weight, generator=torch.manual_seed(SEED))


def _xavier(weight: Tensor) -> None:
    nn.init.xavier_uniform_(weight, generator=torch.manual_seed(2))


def _run(name: str, net: DeepTanhMLP, split: Split) -> dict[str, pd.DataFrame]:
    """Train one net as the notebook does; return its part of the three tables."""
    x, y = torch.from_numpy(split.train_x[0]), torch.from_numpy(split.train_y[0])
    test_x, test_y = torch.from_numpy(split.test_x[0]), torch.from_numpy(split.test_y[0])
    optimizer = torch.optim.SGD(net.parameters(), lr=LEARNING_RATE)
    spectra = [_spectra(name, "init", net)]
    curve = []
    for step in range(STEPS + 1):
        with torch.no_grad():
            logits = net(test_x)
        accuracy = (logits.argmax(1) == test_y).double().mean().item()
        curve.append((name, step, cross_entropy(logits, test_y).item(), accuracy))
        if step < STEPS:
            optimizer.zero_grad()
            cross_entropy(net(x), y).backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    spectra.append(_spectra(name, "end", net))
    return {
        "curves": pd.DataFrame(curve, columns=["run", "step", "test_loss", "test_accuracy"]),
        "spectra": pd.concat(spectra, ignore_index=True),
        "panels": _panels(name, net, test_x, test_y),
    }


def _spectra(name: str, moment: str, net: DeepTanhMLP) -> pd.DataFrame:
    """Return the singular values of the eight layers beside the printed ones."""
    printed = PRINTED.get(name, [(np.nan, np.nan)] * 8)
    weights = [w for key, w in net.layers.named_parameters() if key.endswith("weight")]
    values = [torch.linalg.svdvals(weight.detach()).tolist() for weight in weights]
    rows = [
        (name, moment, k, *found, *shown)
        for k, (found, shown) in enumerate(zip(values, printed, strict=True))
    ]
    columns = ["run", "moment", "layer", "s1", "s2", "printed_s1", "printed_s2"]
    return pd.DataFrame(rows, columns=columns)


def _panels(name: str, net: DeepTanhMLP, x: Tensor, y: Tensor) -> pd.DataFrame:
    """Return the test points and grey crosses after each layer, and the decision map."""
    frames = []
    for k in range(len(net.layers) + 1):
        for kind, points in (("point", x), ("grid", grid()[0])):
            state = net.transform(points, k).numpy()
            labels = y.numpy() if kind == "point" else np.full(len(state), -1)
            frames.append(_rows(name, k, kind, state, labels, np.full(len(state), np.nan)))
    ticks = torch.linspace(-MAP_EDGE, MAP_EDGE, MAP_SIDE)
    cells = torch.cartesian_prod(ticks, ticks)
    with torch.no_grad():
        score = net(cells).softmax(1)[:, 1].double().numpy()
    frames.append(_rows(name, 0, "map", cells.numpy(), np.full(len(cells), -1), score))
    return pd.concat(frames, ignore_index=True)


def _rows(name: str, layer: int, kind: str, points: Any, labels: Any, score: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {"run": name, "layer": layer, "kind": kind, "x": points[:, 0].astype(float),
         "y": points[:, 1].astype(float), "label": labels, "score": score}
    )  # fmt: skip
