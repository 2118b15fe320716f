"""What the init methods share: the layers of a model, fans, biases and simple laws."""

import math
from typing import Protocol, cast

import torch
from torch import Generator, Tensor, nn

from initbench.errors import InitbenchError, unknown
from initbench.inits._method import Distribution, Streams

Transposed = nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d
Convolution = nn.Conv1d | nn.Conv2d | nn.Conv3d | Transposed
WeightLayer = nn.Linear | Convolution


class FixedStart(Protocol):
    """A module whose own parameters start at the same values under every init method."""

    def reset_parameters(self) -> None:
        """Set the parameters to these values."""


def has_fixed_start(module: nn.Module) -> bool:
    """Return whether `module` is a LayerNorm (weight 1, bias 0) or says FIXED_START = True."""
    return isinstance(module, nn.LayerNorm) or bool(getattr(module, "FIXED_START", False))


def reset_fixed_starts(model: nn.Module) -> None:
    """Set the parameters of all modules of `model` with a fixed start to their values."""
    for module in filter(has_fixed_start, model.modules()):
        cast(FixedStart, module).reset_parameters()


def weight_layers(model: nn.Module) -> list[tuple[str, WeightLayer]]:
    """Return (name, module) of every weight layer of `model`, in the order of definition.

    Raises InitbenchError if the model has a parameter outside these layers and outside the
    modules with a fixed start, for that parameter would keep whatever its memory held, and if
    two layers share a parameter, for it cannot hold the draws of both.
    """
    layers: list[tuple[str, WeightLayer]] = []
    covered: set[str] = set()
    owners: dict[int, str] = {}
    for name, module in model.named_modules():
        if has_fixed_start(module):
            covered |= {path for path, _ in module.named_parameters(name, recurse=False)}
        elif isinstance(module, WeightLayer):
            layers.append((name, module))
            covered |= {f"{name}.{kind}".lstrip(".") for kind in ("weight", "bias")}
            for own in module.parameters(recurse=False):
                if owners.setdefault(id(own), name) != name:
                    raise InitbenchError(
                        f"The layers '{owners[id(own)]}' and '{name}' share a parameter, which "
                        "cannot hold the draws of both; give each layer its own."
                    )
    for parameter, _ in model.named_parameters():
        if parameter not in covered:
            raise InitbenchError(
                f"The model has a parameter '{parameter}', but the init methods fill only the "
                "weights and biases of linear and convolution layers; use a model of such layers, "
                "of LayerNorm, and of modules with FIXED_START and reset_parameters()."
            )
    return layers


def grouped(layer: WeightLayer) -> Tensor:
    """Return the weight as a view (groups, out, in, …): the maps that the layer consists of.

    A transposed convolution, whose weight lies as (in, out, …), is turned to that order.
    """
    if isinstance(layer, nn.Linear):
        return layer.weight.unsqueeze(0)
    maps = torch.unflatten(layer.weight, 0, (layer.groups, -1))
    return maps.transpose(1, 2) if isinstance(layer, Transposed) else maps


def centre(layer: WeightLayer) -> Tensor:
    """Return the view (groups, out, in) at the centre of the layer's kernel."""
    maps = grouped(layer)
    for size in maps.shape[3:]:
        maps = maps.select(3, size // 2)
    return maps


def fans(layer: WeightLayer) -> tuple[int, int]:
    """Return (fan_in, fan_out): the connections into one output unit, and out of one input.

    Both count one group and its receptive field; strides and borders are left aside, as torch
    does, so that a transposed convolution of stride s has fan_in/s^d connections on average. For
    layers that have no groups and are not transposed they are torch's. Of grouped convolutions
    torch counts the fan_out of all groups; of transposed ones it takes fan_in and fan_out for
    each other.
    """
    _, outputs, inputs, *kernel = grouped(layer).shape
    receptive_field = math.prod(kernel)
    return inputs * receptive_field, outputs * receptive_field


def xavier_std(layer: WeightLayer) -> float:
    """Return √(2/(fan_in + fan_out)) (Glorot and Bengio 2010, Eq. 12)."""
    return math.sqrt(2 / sum(fans(layer)))


def fill_haar(maps: Tensor, gain: float, generator: Generator) -> None:
    """Set each of `maps` (groups, out, in, …), flattened to (out, in · …), to gain times Haar."""
    for one in maps:
        drawn = torch.empty(one.shape, dtype=one.dtype)
        one.copy_(nn.init.orthogonal_(drawn, gain, generator=generator))


def bias_of(name: str, layer: WeightLayer) -> Tensor:
    """Return the bias of `layer`; raises InitbenchError if it has none."""
    if layer.bias is None:
        raise InitbenchError(
            f"The init sets the bias of layer '{name}', but that has none; give it one."
        )
    return layer.bias


def weight_stream(streams: Streams, layer: str, shared: bool) -> Generator:
    """Return the generator of a layer's weight, or the one that all layers start afresh."""
    return streams.weight("shared" if shared else layer)


def fill_biases(model: nn.Module, streams: Streams, mode: str) -> None:
    """Set all biases to zero, or to PyTorch's default U(±1/√fan_in), as `mode` says.

    Raises InitbenchError for another mode.
    """
    if mode not in ("zero", "default"):
        raise unknown("bias mode", mode, ("zero", "default"))
    for name, layer in weight_layers(model):
        if layer.bias is None:
            continue
        if mode == "zero":
            nn.init.zeros_(layer.bias)
        else:
            bound = 1 / math.sqrt(fans(layer)[0])
            nn.init.uniform_(layer.bias, -bound, bound, generator=streams.bias(name))


def uniform_law(bound: float) -> Distribution:
    """Return the law U(−bound, bound)."""
    from scipy import stats  # a second to import, and no training needs it

    law: Distribution = stats.uniform(-bound, 2 * bound)
    return law


def normal_law(std: float) -> Distribution:
    """Return the law N(0, std²)."""
    from scipy import stats

    law: Distribution = stats.norm(0, std)
    return law


def haar_law(layer: WeightLayer, gain: float) -> Distribution | None:
    """Return the law of an entry of gain times a Haar matrix of order n: a Beta((n−1)/2) on ±gain.

    n is the longer side of a group's map, flattened to a matrix. None where n = 1, for then the
    entry is just a sign.
    """
    from scipy import stats

    order = max(grouped(layer)[0].flatten(1).shape)
    if order == 1:
        return None
    shape = (order - 1) / 2
    law: Distribution = stats.beta(shape, shape, loc=-gain, scale=2 * gain)
    return law
