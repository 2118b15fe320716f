"""What may be stacked: the layers and activations known to give each seed what torch gives it.

A net of anything else is trained one seed after another. An activation of one's own that acts on
each number by itself trains faster once its class stands in EXACT or ROUNDS_TAILS.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.parameter import is_lazy
from torch.nn.utils.parametrize import is_parametrized

from initbench.architectures._activations import Sine
from initbench.errors import InitbenchError
from initbench.inits._common import has_fixed_start
from initbench.training.stacked import (
    Broadcast,
    SamplesLast,
    SeedBySeed,
    SeededDropout,
    SeedLoop,
    StackedLayerNorm,
    StackedLinear,
)

# By the very class: a subclass may compute something else.
LAYERS: dict[type[nn.Module], Callable[[Sequence[nn.Module]], nn.Module]] = {
    nn.Linear: StackedLinear,
    nn.LayerNorm: StackedLayerNorm,  # type: ignore[dict-item]
    nn.Conv2d: SeedLoop,
}
# Elementwise activations that round every number alike, wherever it lies in a tensor.
EXACT = {nn.Hardtanh, nn.LeakyReLU, nn.ReLU, nn.ReLU6, nn.Tanh, Sine}
# Elementwise activations whose kernels round the last few numbers of a tensor otherwise.
ROUNDS_TAILS = {
    *(nn.CELU, nn.ELU, nn.GELU, nn.Hardsigmoid, nn.Hardswish, nn.LogSigmoid, nn.Mish, nn.SELU),
    *(nn.Sigmoid, nn.SiLU, nn.Softplus, nn.Softsign, nn.Tanhshrink),
}
UNTOUCHED = {nn.Identity, nn.ModuleDict, nn.ModuleList, nn.Sequential}
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
PRECISIONS = (torch.float32, torch.float64)


def side_by_side(name: str, layers: Sequence[nn.Module], seeds: Sequence[int]) -> nn.Module:
    """Return one module for the same leaf `name` of several models; InitbenchError if unknown."""
    first = layers[0]
    kind = type(first)
    if kind in UNTOUCHED:
        return first
    if kind in LAYERS:
        return LAYERS[kind](layers)
    if has_fixed_start(first):
        return Broadcast(layers)
    if not getattr(first, "inplace", False):
        if type(first) is nn.Dropout:
            return SeededDropout(first.p, seeds)
        if kind in EXACT | ROUNDS_TAILS:
            return SeedBySeed(first) if kind in ROUNDS_TAILS else SamplesLast(first)
    raise _unknown(name, first, "")


def check_structure(model: nn.Module) -> None:
    """Raise InitbenchError where parts are shared, or modules with children own parameters."""
    modules = list(model.named_modules(remove_duplicate=False))
    parts = [*modules, *model.named_parameters(remove_duplicate=False)]
    times = Counter(id(part) for _, part in parts)
    for name, part in parts:
        if times[id(part)] > 1:
            raise _unknown(name, part, " that stands in several places")
    for name, module in modules:
        if list(module.children()) and [*module.parameters(False), *module.buffers(False)]:
            raise _unknown(name, module, " with parameters or buffers beside its children")


def _unknown(name: str, part: object, what: str) -> InitbenchError:
    return InitbenchError(
        f"{titled(name)} is a {type(part).__name__}{what}, which cannot be stacked; train its "
        "net one seed after another, or build it of nn.Linear, nn.Conv2d, nn.LayerNorm, "
        "nn.Dropout, leaf modules with FIXED_START and known activations."
    )


def refuse(model: nn.Module) -> None:
    """Raise InitbenchError for a net that no way here trains as torch would."""
    if not list(model.parameters()):
        raise InitbenchError("The net has no parameters; give it at least one layer to train.")
    for name, module in model.named_modules():
        if any(p.numel() == 0 for p in module.parameters(False) if not is_lazy(p)):
            raise refusal(name, module, "has no units; give it at least one")
        kinds = {str(p.dtype) for p in module.parameters(False) if p.dtype not in PRECISIONS}
        if any(is_lazy(p) for p in module.parameters(False)):
            raise refusal(name, module, "learns its sizes from data; say them")
        if kinds:
            raise refusal(name, module, f"has numbers of {kinds.pop()}; make it float32")
        if isinstance(module, _BatchNorm):
            advice = "normalise each by itself, as nn.LayerNorm and nn.GroupNorm do"
            raise refusal(name, module, f"mixes the samples of a batch; {advice}")
        if is_parametrized(module) or any(getattr(module, hooks) for hooks in HOOKS):
            advice = "write the computation into a `forward`"
            raise refusal(name, module, f"has a hook or a parametrization; {advice}")


def refusal(name: str, module: nn.Module, why: str) -> InitbenchError:
    """Return the error for a module that cannot be trained; `why` says what to do, too."""
    return InitbenchError(f"{titled(name)} is a {type(module).__name__} and {why}.")


def titled(name: str) -> str:
    """Return what a message calls the module `name` of a net."""
    return f"Layer '{name}'" if name else "The net itself"
