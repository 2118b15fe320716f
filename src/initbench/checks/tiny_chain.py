"""Document A's network against a hand-written one and the book's (A02, A39), and its map (A37)."""

import math
from typing import TYPE_CHECKING, cast

import numpy as np

from initbench.checks._registry import Measurement, check
from initbench.datasets import FIRST_SEED, draw
from initbench.datasets._source import Points
from initbench.seeds import numpy_stream

if TYPE_CHECKING:
    from initbench.architectures.deep_tanh_mlp import DeepTanhMLP

DEPTH = 8
MOONS = {"source": "moons", "samples": 1000, "noise": 0.1, "standardize": "all"}
FORWARD_SEEDS = range(FIRST_SEED, FIRST_SEED + 10)
MAP_SEEDS = range(FIRST_SEED, FIRST_SEED + 200)


def _chain(seed: int) -> "DeepTanhMLP":
    """Return document A's network with PyTorch's default init."""
    from initbench.architectures import build
    from initbench.inits import initialize

    net = cast("DeepTanhMLP", build({"family": "deep_tanh_mlp", "depth": DEPTH}))
    initialize(net, "default", {}, seed)
    return net


def _points(seed: int) -> Points:
    """Return the standardised test points (200, 2) of a seed."""
    points: Points = draw(MOONS, numpy_stream(seed, "data")).test_x[0]
    return points


def _affine(net: "DeepTanhMLP", layer: str, x: Points) -> Points:
    """Return x W^T + b (n, 2) of the module `layer` in NumPy and float64."""
    parameters = net.state_dict()
    weight, bias = (parameters[f"{layer}.{kind}"].double().numpy() for kind in ("weight", "bias"))
    result: Points = x @ weight.T + bias
    return result


def _states(net: "DeepTanhMLP", x: Points) -> list[Points]:
    """Return the input and the states (n, 2) after each tanh layer, written by hand."""
    states: list[Points] = [x.astype(np.float64)]
    for k in range(DEPTH):
        states.append(np.tanh(_affine(net, f"layers.{k}", states[-1])))
    return states


def _logits(net: "DeepTanhMLP", x: Points) -> Points:
    """Return the logits (n, 2) of the hand-written forward pass."""
    return _affine(net, "final", _states(net, x)[-1])


@check("A02", "a02_parameter_count")
def parameter_count() -> Measurement:
    """Return the number of parameters of eight 2x2 layers and a head, each with its bias."""
    count = sum(p.numel() for p in _chain(FIRST_SEED).parameters())
    return Measurement(count, 54, 0, "nine 2x2 layers of four weights and two biases each")


@check("A02", "a02_forward")
def forward() -> Measurement:
    """Return the largest difference of the logits from a forward pass written in NumPy."""
    import torch

    worst = 0.0
    for seed in FORWARD_SEEDS:
        net, x = _chain(seed), _points(seed)
        logits = net(torch.from_numpy(x)).detach().numpy()
        worst = max(worst, np.abs(logits - _logits(net, x)).max())
    detail = f"largest difference over the test points of {len(FORWARD_SEEDS)} seeds"
    return Measurement(worst, 0, 1e-6, detail)


@check("A02", "a02_prefix_transform")
def prefix_transform() -> Measurement:
    """Return the largest difference of `transform(x, k)`, k = 0 to 8, from the states in NumPy."""
    import torch

    worst = 0.0
    for seed in FORWARD_SEEDS:
        net, x = _chain(seed), _points(seed)
        for k, state in enumerate(_states(net, x)):
            prefix = net.transform(torch.from_numpy(x), k).numpy()
            worst = max(worst, np.abs(prefix - state).max())
    detail = f"largest difference over k = 0 to {DEPTH} and {len(FORWARD_SEEDS)} seeds"
    return Measurement(worst, 0, 1e-6, detail)


@check("A37", "a37_disagreement_rate", swap_back=False)
@check("A37", "a37_disagreement_rate_swapped_back", swap_back=True)
def disagreement_rate(swap_back: bool) -> Measurement:
    """Return the share of grid cells that a threshold on logit 0 paints otherwise than argmax.

    The map paints class 1 where sigmoid(logit 0) > 0.5, though logit 0 speaks for class 0; with
    `swap_back` that exchange of the colours is undone first.
    """
    steps = np.arange(-3, 2.75, 0.5)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    logits = np.stack([_logits(_chain(seed), grid) for seed in MAP_SEEDS])
    positive = 1 / (1 + np.exp(-logits[..., 0])) > 0.5
    painted = ~positive if swap_back else positive
    rate = float((painted != (logits.argmax(axis=-1) == 1)).mean())
    how = "after undoing the swap of the colours" if swap_back else "as the map paints them"
    detail = f"share of {len(grid)} cells, {len(MAP_SEEDS)} untrained default nets, {how}"
    return Measurement(rate, math.nan, math.nan, detail)


@check("A39", "a39_layers")
def hidden_layers() -> Measurement:
    """Return the number of hidden layers (Fleuret, The Little Book of Deep Learning, 3.5: 8)."""
    return Measurement(len(_chain(FIRST_SEED).layers), 8, 0, "hidden layers of the notebook's net")


@check("A39", "a39_size")
def hidden_size() -> Measurement:
    """Return the largest side of a hidden matrix (Fleuret, section 3.5: 2)."""
    weights = _chain(FIRST_SEED).layers.parameters()
    sides = [side for weight in weights for side in weight.shape]
    return Measurement(max(sides), 2, 0, "largest side of a hidden matrix")


@check("A39", "a39_tanh")
def hidden_tanh() -> Measurement:
    """Return 1 if the first layer's output is the tanh of its affine map, up to rounding."""
    import torch

    net, x = _chain(FIRST_SEED), _points(FIRST_SEED)
    states = net.transform(torch.from_numpy(x).float(), 1).numpy()
    close = np.allclose(states, np.tanh(_affine(net, "layers.0", x)), atol=1e-6)
    return Measurement(close, 1, 0, "states after one layer")


@check("A39", "a39_linear_head")
def linear_head() -> Measurement:
    """Return 1 if the outputs are an affine map of the last states, up to rounding."""
    import torch

    net, x = _chain(FIRST_SEED), torch.from_numpy(_points(FIRST_SEED)).float()
    outputs = net(x).detach().numpy()
    states = net.transform(x, DEPTH).double().numpy()
    close = np.allclose(outputs, _affine(net, "final", states), atol=1e-6)
    return Measurement(close, 1, 0, "outputs of the notebook's net")
