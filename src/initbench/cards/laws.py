"""The law that a method declares for its weights, against the weights that it draws."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import torch
from scipy import stats
from torch import nn

from initbench import architectures, inits
from initbench.architectures.mlp import MLP
from initbench.datasets import FIRST_SEED
from initbench.inits._common import WeightLayer, fans, grouped, weight_layers
from initbench.statistics import mean

SIZES = (64, 32, 32, 48, 10)  # units: no two fans of a layer alike, but for one square layer
NET = f"a net of {' → '.join(map(str, SIZES))} units"
SAMPLES = 64
LAW_DRAWS, OTHER_DRAWS = 100, 5

Layers = Sequence[WeightLayer]


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
    declared = [module.METHOD.law(layer, parameters) for layer in _layers(_plain())]
    if any(one is not None for one in declared):
        draws = [_drawn(method, given, None, seed) for seed in range(LAW_DRAWS)]
        return {"given": dict(given), **_compared(declared, draws)}
    if net is None:
        return None
    draws = [_drawn(method, given, net, seed) for seed in range(OTHER_DRAWS)]
    return {"given": dict(given), **_sizes(draws)}


def _compared(declared: Sequence[Any], draws: Sequence[Layers]) -> dict[str, Any]:
    known = [place for place, one in enumerate(declared) if one is not None]
    variances = {k: declared[k].var() for k in known}
    ratios = [np.mean([_mean_square(draw[k]) / variances[k] for k in known]) for draw in draws]
    places = [
        declared[k].cdf(float(draw[k].weight.detach().flatten()[turn % draw[k].weight.numel()]))
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


def _mean_square(layer: WeightLayer) -> float:
    return float(layer.weight.detach().double().square().mean())


def _sizes(draws: Sequence[Layers]) -> dict[str, Any]:
    squares = [[_mean_square(layer) * fans(layer)[0] for layer in draw] for draw in draws]
    layers = np.mean(squares, axis=0)
    extremes = [float(layers.min()), float(layers.max())]
    return {"kind": "size", "draws": len(draws), "mean_square": extremes, "layers": len(layers)}


def _drawn(
    method: str, given: Mapping[str, Any], net: Mapping[str, Any] | None, seed: int
) -> Layers:
    model = _plain() if net is None else architectures.build(net)
    groups, _, channels, *kernel = grouped(_layers(model)[0]).shape
    shape = (SAMPLES, groups * channels, *kernel)
    inputs = torch.randn(shape, generator=torch.Generator().manual_seed(FIRST_SEED))
    inits.initialize(model, method, given, FIRST_SEED + seed, inputs)
    return _layers(model)


def _plain() -> nn.Module:
    """Return a net of `SIZES` whose weights hold anything; a copy is cheaper than a new one."""
    return deepcopy(_skeleton())


@cache
def _skeleton() -> nn.Module:
    with torch.device("meta"):  # no draw from the global stream
        model = MLP(list(SIZES), "tanh")
    return model.to_empty(device="cpu")


def _layers(model: nn.Module) -> Layers:
    return [layer for _, layer in weight_layers(model)]
