"""The law that a method declares for its weights, against the weights that it draws."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import torch
from scipy import stats
from torch import Tensor, nn

from initbench import architectures, inits
from initbench.architectures.mlp import MLP
from initbench.datasets import FIRST_SEED
from initbench.inits._common import fans, weight_layers
from initbench.statistics import mean

SIZES = (64, 32, 32, 48, 10)  # units: no two fans of a layer alike, but for one square layer
NET = f"a net of {' → '.join(map(str, SIZES))} units"
SAMPLES = 64
LAW_DRAWS, OTHER_DRAWS = 100, 5

Weights = Sequence[Tensor]


def law(
    method: str, given: Mapping[str, Any], net: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Return how the draws of a method compare with its declared law; None if nothing can be drawn.

    With a law: `variance` is the mean square of the weights over the declared variance and `p`
    the Kolmogorov-Smirnov test of one entry a layer and draw. Without one: `mean_square`, that
    of the weights times n_in, from the lowest to the highest layer of `net`.
    """
    module = inits.load(method)
    # A gain of the net's activation is no number; the default one takes its place.
    given = {k: v for k, v in {**module.METHOD.example, **given}.items() if v != "activation"}
    parameters = {**inits.parameters(method), **given}
    declared = [module.METHOD.law(weight, parameters) for weight in _weights(_plain())]
    if any(one is not None for one in declared):
        draws = [_drawn(method, given, None, seed) for seed in range(LAW_DRAWS)]
        return {"given": dict(given), **_compared(declared, draws)}
    if net is None:
        return None
    draws = [_drawn(method, given, net, seed) for seed in range(OTHER_DRAWS)]
    return {"given": dict(given), **_sizes(draws)}


def _compared(declared: Sequence[Any], draws: Sequence[Weights]) -> dict[str, Any]:
    known = [place for place, one in enumerate(declared) if one is not None]
    variances = {k: declared[k].var() for k in known}
    ratios = [
        np.mean([float(draw[k].double().square().mean()) / variances[k] for k in known])
        for draw in draws
    ]
    places = [
        declared[k].cdf(float(draw[k].flatten()[turn % draw[k].numel()]))
        for turn, draw in enumerate(draws)
        for k in known
    ]
    return {
        "kind": "law",
        "net": NET,
        "draws": len(draws),
        "variance": mean(ratios).to_dict(),
        "p": float(stats.kstest(places, "uniform").pvalue),
        "entries": len(places),
    }


def _sizes(draws: Sequence[Weights]) -> dict[str, Any]:
    squares = [
        [float(weight.double().square().mean()) * fans(weight)[0] for weight in draw]
        for draw in draws
    ]
    layers = np.mean(squares, axis=0)
    extremes = [float(layers.min()), float(layers.max())]
    return {"kind": "size", "draws": len(draws), "mean_square": extremes, "layers": len(layers)}


def _drawn(
    method: str, given: Mapping[str, Any], net: Mapping[str, Any] | None, seed: int
) -> Weights:
    model = _plain() if net is None else architectures.build(net)
    first = _weights(model)[0]
    shape = (SAMPLES, first.shape[1], *first.shape[2:])
    inputs = torch.randn(shape, generator=torch.Generator().manual_seed(FIRST_SEED))
    inits.initialize(model, method, given, FIRST_SEED + seed, inputs)
    return _weights(model)


def _plain() -> nn.Module:
    """Return a net of `SIZES` whose weights hold anything; a copy is cheaper than a new one."""
    return deepcopy(_skeleton())


@cache
def _skeleton() -> nn.Module:
    with torch.device("meta"):  # no draw from the global stream
        model = MLP(list(SIZES), "tanh")
    return model.to_empty(device="cpu")


def _weights(model: nn.Module) -> Weights:
    return [layer.weight.detach() for _, layer in weight_layers(model)]
