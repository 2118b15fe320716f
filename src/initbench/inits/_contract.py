"""What an init must leave behind: every parameter set, and the model otherwise as it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from initbench.errors import InitbenchError

DRAWN_AS = {
    torch.float64: torch.float64,
    torch.float32: torch.float32,
    torch.bfloat16: torch.float32,
    torch.float16: torch.float32,
}
PARTS = ("_parameters", "_buffers", "_modules")
SIMPLE = (bool, int, float, str, type(None))

Facts = dict[tuple[str, str], tuple[Any, ...]]  # by path of a module and name


@contextmanager
def plain_memory(model: nn.Module) -> Iterator[None]:
    """Let the body see every parameter contiguous, on the CPU and in float32 or float64.

    So neither the layout nor the precision of a model changes a draw: what the body wrote is
    copied, and rounded, to where the parameters lie; buffers come back as they were. Raises
    InitbenchError for a parameter that has no memory of its own, or none of `DRAWN_AS`.
    """
    _check_memory(model)
    tensors = (*model.parameters(), *model.buffers())
    homes = [(tensor, tensor.data) for tensor in tensors if _lies_elsewhere(tensor)]
    for tensor, home in homes:
        tensor.data = home.to("cpu", DRAWN_AS.get(home.dtype)).contiguous()
    try:
        yield
        for tensor, home in homes:
            if isinstance(tensor, nn.Parameter):
                home.copy_(tensor.data)
    finally:
        for tensor, home in homes:
            tensor.data = home


def _check_memory(model: nn.Module) -> None:
    owners: dict[int, str] = {}
    for name, parameter in model.named_parameters():
        lazy = isinstance(parameter, nn.parameter.UninitializedParameter)
        if lazy or parameter.is_meta or parameter.dtype not in DRAWN_AS:
            seen = "no shape" if lazy else f"the kind {parameter.dtype} on {parameter.device}"
            raise InitbenchError(
                f"The parameter '{name}' has {seen}, but an init fills real memory of one of "
                f"{', '.join(map(str, DRAWN_AS))}; give the model such parameters first."
            )
        if parameter.numel() and owners.setdefault(parameter.data_ptr(), name) != name:
            raise InitbenchError(
                f"The parameters '{owners[parameter.data_ptr()]}' and '{name}' share their memory, "
                "which cannot hold the draws of both; give each its own."
            )


def _lies_elsewhere(tensor: Tensor) -> bool:
    plain = tensor.device.type == "cpu" and tensor.is_contiguous()
    return not plain or DRAWN_AS.get(tensor.dtype, tensor.dtype) != tensor.dtype


@contextmanager
def filled(owner: str, model: nn.Module) -> Iterator[None]:
    """Run the body, an init, on parameters that all hold NaN, and look at what it leaves.

    Raises InitbenchError, which names `owner`, where a parameter is not set or not finite, or
    anything else of the model has changed: its parts, their kind and memory, buffers, hooks, mode.
    """
    before, buffers = _facts(model), {n: b.clone() for n, b in model.named_buffers()}
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(torch.nan)
    yield
    _check_memory(model)
    after = _facts(model)
    for key in before | after:
        if key not in before or key not in after or not _same(before[key], after[key]):
            raise _changed(owner, ".".join(filter(None, key)))
    for name, buffer in model.named_buffers():
        if not torch.allclose(buffer, buffers[name], rtol=0, atol=0, equal_nan=True):
            raise _changed(owner, name)


def check_finite(owner: str, model: nn.Module) -> None:
    """Raise InitbenchError, which names `owner`, for a parameter with a NaN or infinite value."""
    parts = [parameter.detach().flatten().cpu() for parameter in model.parameters()]
    if not parts or torch.cat(parts).isfinite().all():  # one look is quicker than one a parameter
        return
    for name, parameter in model.named_parameters():
        values = parameter.detach()
        if not values.isfinite().all():
            unset = "leaves unset, or not finite," if values.isnan().any() else "makes infinite"
            raise InitbenchError(
                f"The {owner} {unset} values of the parameter '{name}'; set all of them to finite "
                "numbers."
            )


def _changed(owner: str, what: str) -> InitbenchError:
    return InitbenchError(
        f"The {owner} changes '{what}' of the model, but an init only sets the values of "
        "parameters, in place; leave all else as it was."
    )


def _facts(model: nn.Module) -> Facts:
    """Return what an init must not change, by module and name: an object, and what == compares."""
    facts: Facts = {}
    for path, module in model.named_modules(remove_duplicate=False):
        for key, value in vars(module).items():
            if key in PARTS:
                facts.update({(path, name): _kind(part) for name, part in value.items()})
            elif isinstance(value, dict):  # hooks, by their unique numbers
                if value:
                    facts[path, key] = (None, *value)
            else:
                facts[path, key] = (None, value) if isinstance(value, SIMPLE) else (value,)
    return facts


def _kind(part: Tensor | nn.Module | None) -> tuple[Any, ...]:
    if not isinstance(part, Tensor):
        return (part,)
    layout = (part.shape, part.stride(), part.dtype, part.device)
    return (part, *layout, part.requires_grad, part.is_leaf, part.grad is None)


def _same(before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    return before[0] is after[0] and before[1:] == after[1:]
