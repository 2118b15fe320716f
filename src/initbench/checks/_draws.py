"""What the checks of document B draw: weights of torch's init functions, from keyed streams."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import numpy as np

from initbench.datasets import FIRST_SEED
from initbench.datasets._source import Points
from initbench.seeds import stream_key

SEEDS = range(FIRST_SEED, FIRST_SEED + 5)
SHAPES = ((784, 128), (64, 512), (256, 256))  # (inputs, outputs), so that no two fans are alike


def filled(
    function: str,
    shape: tuple[int, ...],
    seed: int = FIRST_SEED,
    precision: str = "float64",
    stream: str = "",
    arguments: Mapping[str, float] = MappingProxyType({}),
) -> Points:
    """Return the weight (out, in, ...) that `function` of `torch.nn.init` draws with this seed.

    The stream is keyed by its name, or else by the function's, and by the shape: NumPy and torch
    share the Mersenne twister, so that equal keys would make dependent draws.
    """
    import torch

    from initbench.seeds import torch_stream

    weight = torch.empty(shape, dtype=getattr(torch, precision))
    generator = torch_stream(seed, "weight", f"{stream or function} {shape}")
    getattr(torch.nn.init, function)(weight, generator=generator, **arguments)
    array: Points = weight.numpy()
    return array


def implied_width(function: str, shape: tuple[int, ...]) -> float:
    """Return the standard deviation of a normal, or half-width of a uniform, that torch applies.

    It is the ratio to the same draw from N(0, 1), or U(-1, 1), in float64, so it has no sampling
    error.
    """
    if "uniform" in function:
        base = filled("uniform_", shape, stream=function, arguments={"a": -1.0, "b": 1.0})
    else:
        base = filled("normal_", shape, stream=function)
    return float(np.linalg.norm(filled(function, shape)) / np.linalg.norm(base))


def furthest(values: Iterable[float], target: float) -> float:
    """Return the value that is furthest from `target`; NaN if one of them is NaN."""
    array = np.fromiter(values, dtype=np.float64)
    return float(array[np.argmax(np.abs(array - target))])


@contextmanager
def global_stream(seed: int, layer: str = "") -> Iterator[None]:
    """Seed torch's global stream, from which modules draw their default init; restore it after."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(stream_key(seed, "weight", layer))
        yield
