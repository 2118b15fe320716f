"""What all of a process shares, and an init must leave as it was: generators and settings."""

import os
import random
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.nn.modules import module

from initbench.errors import InitbenchError


class Setting(NamedTuple):
    """A name for the message, and how to read and write a value that == compares."""

    name: str
    read: Callable[[], Any]
    write: Callable[[Any], object]


def _torch_state() -> bytes:
    return torch.get_rng_state().numpy().tobytes()


def _set_torch_state(state: bytes) -> None:
    torch.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


def _numpy_state() -> tuple[Any, ...]:
    kind, keys, *rest = np.random.get_state(legacy=True)
    return kind, np.asarray(keys).tobytes(), *rest


def _set_numpy_state(state: tuple[Any, ...]) -> None:
    kind, keys, *rest = state
    np.random.set_state((kind, np.frombuffer(keys, dtype=np.uint32), *rest))


def _set_default_device(device: torch.device) -> None:
    # "cpu" would slow every later call down, None is how torch starts.
    torch.set_default_device(None if device.type == "cpu" else device)


def _flushes_denormals() -> bool:
    return sys.float_info.min / 2 == 0


HOOKS = [hooks for hooks in vars(module).values() if isinstance(hooks, OrderedDict)]


def _hooks() -> list[dict[Any, Any]]:
    return [dict(hooks) for hooks in HOOKS]


def _set_hooks(before: list[dict[Any, Any]]) -> None:
    for hooks, those in zip(HOOKS, before, strict=True):
        hooks.clear()
        hooks.update(those)


SETTINGS = (
    Setting("torch's default generator", _torch_state, _set_torch_state),
    Setting("numpy's global generator", _numpy_state, _set_numpy_state),
    Setting("the generator of `random`", random.getstate, random.setstate),
    Setting("torch's default dtype", torch.get_default_dtype, torch.set_default_dtype),
    Setting("torch's default device", torch.get_default_device, _set_default_device),
    Setting("the number of threads", torch.get_num_threads, torch.set_num_threads),
    Setting("the gradient mode", torch.is_grad_enabled, torch.set_grad_enabled),
    Setting(
        "the deterministic mode",
        torch.get_deterministic_debug_mode,
        torch.set_deterministic_debug_mode,
    ),
    Setting(
        "the precision of matrix products",
        torch.get_float32_matmul_precision,
        torch.set_float32_matmul_precision,
    ),
    Setting(
        "the autocast mode",
        lambda: torch.is_autocast_enabled("cpu"),
        lambda enabled: torch.set_autocast_enabled("cpu", enabled),
    ),
    Setting("the flushing of denormal numbers", _flushes_denormals, torch.set_flush_denormal),
    Setting("the hooks of all modules", _hooks, _set_hooks),
    Setting("numpy's handling of errors", np.geterr, lambda kept: np.seterr(**kept)),
    Setting("the working folder", os.getcwd, os.chdir),
)


@contextmanager
def kept(owner: str) -> Iterator[None]:
    """Run the body; put back each of `SETTINGS` that it changed.

    Raises InitbenchError, which names `owner` and what changed, unless the body raised.
    """
    before = [setting.read() for setting in SETTINGS]
    try:
        yield
    finally:
        pairs = zip(SETTINGS, before, strict=True)
        changed = [(setting, value) for setting, value in pairs if setting.read() != value]
        for setting, value in changed:
            setting.write(value)
    if changed:
        raise InitbenchError(
            f"The {owner} changes {changed[0][0].name}, which all runs share; draw from "
            "`streams` and leave the settings of the process alone."
        )
