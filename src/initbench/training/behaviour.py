"""How a net behaves that is run as torch runs it: what it draws, reads, keeps and mixes.

It is tried with random parameters on a few random samples. What no run here could repeat (another
memory than parameters, random numbers in evaluation, samples that see each other) is refused.
"""

import copy
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from traceback import walk_tb
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from initbench.architectures._feedforward import Feedforward
from initbench.errors import InitbenchError
from initbench.training.stackable import refusal, refuse
from initbench.training.stacked import SeededDropout

SAMPLES = 7  # odd, so that kernels have tails
FEWER = 3
CLOSE = {torch.float64: 1e-8, torch.float32: 1e-3}  # of the largest number of a tensor
# Calls that give a tensor's values to Python.
READS = {
    *("__array__", "__bool__", "__float__", "__index__", "__int__"),
    *("allclose", "equal", "is_nonzero", "item", "numpy", "tolist"),
}


def examine(blank: Feedforward, shape: Sequence[int]) -> bool:
    """Return whether nets like `blank` leave their inputs and random numbers alone.

    Samples are of `shape`. Raises InitbenchError for a net that cannot be trained as torch would
    train it, and for one that does not run.
    """
    refuse(blank)
    stream = torch.Generator().manual_seed(0)
    model, x = filled(blank, stream), torch.randn(SAMPLES, *shape, generator=stream)
    with torch.random.fork_rng(devices=[]):
        behaves = _behaves(model, x)
        double = copy.deepcopy(model).double()
        try:
            _check_samples(double, x.double())
        except RuntimeError:  # it has float32 constants
            _check_samples(model, x)
    return behaves


def filled(blank: Feedforward, stream: torch.Generator) -> Feedforward:
    """Return a copy with random parameters; dropout is still, for it has streams of its own."""
    model = copy.deepcopy(blank)
    with torch.no_grad():
        for p in model.parameters():
            rows = p.shape[0] if p.dim() else 1
            p.normal_(0, math.sqrt(2 * rows / p.numel()), generator=stream)
    return model


def still(model: Feedforward, training: bool) -> Feedforward:
    """Put `model` in a mode, but dropout in evaluation: there it is the identity."""
    model.train(training)
    for module in model.modules():
        if type(module) in (nn.Dropout, SeededDropout):
            module.eval()
    return model


def _behaves(model: Feedforward, x: Tensor) -> bool:
    """Return whether `model` leaves inputs and random numbers alone, in both modes."""
    draws = changes = False
    for training in (True, False):
        still(model, training)
        buffers, given = copy.deepcopy(dict(model.named_buffers())), x.clone()
        drew, states = _observed(model, given)
        _check_buffers(model, buffers)
        draws |= drew
        changes |= not torch.equal(given, x)
        if drew and not training:
            raise _refused("draws random numbers in evaluation", "draw where `self.training`")
        if not same(states, _observed(model, x.clone())[1]):
            raise _refused("answers otherwise when asked again", "keep nothing between two calls")
    return not (draws or changes)


def _check_buffers(model: nn.Module, before: Mapping[str, Tensor]) -> None:
    """Raise InitbenchError where a call has changed a buffer."""
    for name, buffer in model.named_buffers():
        if not same([buffer], [before[name]]):
            path, _, own = name.rpartition(".")
            why = f"changes its buffer '{own}' at each call; use a layer without a memory"
            raise refusal(path, model.get_submodule(path), why)


def _observed(model: Feedforward, x: Tensor) -> tuple[bool, list[Tensor]]:
    """Return whether torch's generator was used, and the states, of one call from a fixed state.

    Raises InitbenchError where it uses other generators or reads the values of tensors.
    """
    torch.default_generator.manual_seed(0)
    before, others = torch.get_rng_state(), _other_generators()
    with Watch() as watch, _blaming(model, x):
        states = [state.detach().clone() for _, state in model.states(x)]
    if others != _other_generators():
        raise _refused("draws from Python's or NumPy's generator", "draw with torch")
    if watch.reads:
        raise _refused("depends on single values of tensors", "leave out `if` and `.item()`")
    return not torch.equal(before, torch.get_rng_state()), states


@contextmanager
def _blaming(model: nn.Module, x: Tensor) -> Iterator[None]:
    """Turn any error of a forward pass into an InitbenchError that names the layer."""
    try:
        yield
    except InitbenchError:
        raise
    except Exception as error:
        names = {id(module): name for name, module in model.named_modules()}
        frames: list[Any] = [
            frame.f_locals.get("self") for frame, _ in walk_tb(error.__traceback__)
        ]
        module = [model, *(part for part in frames if id(part) in names)][-1]
        said = " ".join(str(error).split())[:200].rstrip(".")
        why = f"fails on samples of shape {tuple(x.shape[1:])} in float32 ({said}); make them fit"
        raise refusal(names[id(module)], module, why) from error


def _other_generators() -> tuple[object, ...]:
    name, key, *rest = np.random.get_state(legacy=True)
    return random.getstate(), name, bytes(np.asarray(key)), tuple(rest)


class Watch(TorchFunctionMode):
    """Notes whether values of tensors are read as Python numbers."""

    reads = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run `func` as ever."""
        self.reads |= getattr(func, "__name__", "") in READS
        return func(*args, **(kwargs or {}))


@torch.no_grad()
def _check_samples(model: Feedforward, x: Tensor) -> None:
    """Raise InitbenchError where outputs are not the last states, or samples see each other."""
    *_, (_, last) = still(model, False).states(x.clone())
    outputs, fewer = model(x.clone()), model(x[:FEWER].clone())
    if not close(outputs, last):
        raise _refused("returns something else than its last state", "let `states` end with it")
    if not close(fewer, outputs[:FEWER]):
        raise _refused("mixes the samples of a batch in evaluation", "treat each by itself")


def close(a: Tensor, b: Tensor) -> bool:
    """Return whether `a` is `b` but for rounding."""
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    size = b.abs().nan_to_num().max().item() if b.numel() else 0.0
    return torch.allclose(a, b, rtol=0, atol=CLOSE[b.dtype] * size, equal_nan=True)


def same(several: Sequence[Tensor], others: Sequence[Tensor]) -> bool:
    """Return whether tensors have the same numbers to the last bit."""
    pairs = zip(several, others, strict=True)
    return all(a.shape == b.shape and torch.allclose(a, b, 0, 0, equal_nan=True) for a, b in pairs)


def _refused(what: str, instead: str) -> InitbenchError:
    return InitbenchError(f"The net {what}, so that it cannot be trained here; {instead}.")
