"""How zero padding eats the signal of a stack of convolutions from the borders inwards."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import pyarrow as pa
import torch
from torch import Tensor

from initbench.architectures.conv_stack import build
from initbench.probes._nets import draw, gaussian, signals
from initbench.probes._table import Net, Value, table
from initbench.values import Depth

IMAGES = 64
MAPPED = (1, 5, 10)  # layers whose map of pixels is recorded


@torch.no_grad()
def measure(
    init: Mapping[str, Any], seeds: range, *, depth: Depth, channels: int, image: int
) -> pa.Table:
    """Return the `second_moment` of each layer's output, before the nonlinearity, by region.

    3×3 convolutions of stride 1 and padding 1 from `channels` to `channels`, on Gaussian inputs
    of `image` times `image` pixels; ReLU between them for He, whose variance is made for it, and
    nothing for other inits. The regions (variant) are those of `regions`. `map`: the second
    moment of each pixel (index = row · image + column) after layers 1, 5 and 10.
    """
    name = "relu" if init["method"].startswith("he_") else "identity"

    def measured() -> Iterator[tuple[Net, list[Value]]]:
        for seed in seeds:
            maps = _maps(init, seed, name, depth, (IMAGES, channels, image, image))
            for region, mask in regions(image).items():
                yield Net(name, channels, region, seed), _means(maps, mask)
            yield Net(name, channels, "", seed), list(_pixels(maps))

    return table(measured())


def regions(size: int) -> dict[str, Tensor]:
    """Return masks (size, size) of the regions of an image.

    `corner`, `edge` (the rest of the outermost ring) and `interior` (all else) part the image;
    `centre` is the middle half of its rows and columns, which the borders reach last.
    """
    place = torch.arange(size)
    outer = (place == 0) | (place == size - 1)
    middle = (place >= size // 4) & (place < size - size // 4)
    sides = outer.int()[:, None] + outer.int()
    return {
        "corner": sides == 2,
        "edge": sides == 1,
        "interior": sides == 0,
        "centre": middle[:, None] & middle,
    }


def _maps(
    init: Mapping[str, Any], seed: int, name: str, depth: int, shape: tuple[int, int, int, int]
) -> list[Tensor]:
    """Return the second moment of each layer's output by pixel (rows, columns)."""
    x = gaussian(seed, "inputs", *shape)
    net = partial(build, inputs=shape[1], channels=shape[1], depth=depth, activation=name)
    outputs, _ = signals(draw(net, init, seed, x), x)
    return [output.square().mean((0, 1)) for output in outputs[:depth]]


def _means(maps: list[Tensor], mask: Tensor) -> list[Value]:
    return [(k, "second_moment", 0, float(m[mask].mean())) for k, m in enumerate(maps, start=1)]


def _pixels(maps: list[Tensor]) -> Iterator[Value]:
    for layer in MAPPED:
        if layer <= len(maps):
            for pixel, value in enumerate(maps[layer - 1].flatten().tolist()):
                yield layer, "map", pixel, value
