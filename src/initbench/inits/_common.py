"""What the init methods share: the layers of a model, fans, biases and simple laws."""

import math
from typing import Protocol, cast

from torch import Generator, Tensor, nn

from initbench.errors import InitbenchError, unknown
from initbench.inits._method import Distribution, Streams


class WeightLayer(Protocol):
    """A module with a weight of at least two dimensions (out, in, …) and perhaps a bias (out)."""

    weight: Tensor
    bias: Tensor | None


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
    modules with a fixed start, for that parameter would keep whatever its memory held.
    """
    layers: list[tuple[str, WeightLayer]] = []
    covered: set[str] = set()
    for name, module in model.named_modules():
        if has_fixed_start(module):
            covered |= {own for own, _ in module.named_parameters(name, recurse=False)}
        elif isinstance(weight := getattr(module, "weight", None), Tensor) and weight.dim() >= 2:
            layers.append((name, cast(WeightLayer, module)))
            covered |= {f"{name}.{kind}".lstrip(".") for kind in ("weight", "bias")}
    for parameter, _ in model.named_parameters():
        if parameter not in covered:
            raise InitbenchError(
                f"The model has a parameter '{parameter}', but the init methods fill only the "
                "weights and biases of linear and convolution layers; use a model of such layers, "
                "of LayerNorm, and of modules with FIXED_START and reset_parameters()."
            )
    return layers


def fans(weight: Tensor) -> tuple[int, int]:
    """Return (fan_in, fan_out) of a weight (out, in, …), receptive field included."""
    receptive_field = math.prod(weight.shape[2:])
    return weight.shape[1] * receptive_field, weight.shape[0] * receptive_field


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
            bound = 1 / math.sqrt(fans(layer.weight)[0])
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


def haar_law(weight: Tensor, gain: float) -> Distribution | None:
    """Return the law of an entry of gain times a Haar matrix of order n: a Beta((n−1)/2) on ±gain.

    n is the longer side of the weight, flattened to a matrix. None where n = 1, for then the
    entry is just a sign.
    """
    from scipy import stats

    order = max(weight.flatten(1).shape)
    if order == 1:
        return None
    shape = (order - 1) / 2
    law: Distribution = stats.beta(shape, shape, loc=-gain, scale=2 * gain)
    return law
