"""The gain of a method as a number: as given, that of the model's activation, or He's."""

import math
from typing import Literal

import torch
from torch import nn

from initbench.errors import InitbenchError
from initbench.values import Gain

Rule = Literal["linear", "sigmoid", "tanh", "relu"]
RULES: dict[type[nn.Module], Rule] = {
    nn.Identity: "linear",
    nn.Sigmoid: "sigmoid",
    nn.Tanh: "tanh",
    nn.ReLU: "relu",
}


def gain_value(
    gain: Gain | Literal["rectifier"],
    model: nn.Module | None = None,
    negative_slope: float = 0.0,
) -> float:
    """Return `gain` as a number.

    "activation" stands for the gain of the activation of `model`, "rectifier" for √(2/(1 + a²))
    with a the `negative_slope` (He et al. 2015, Eq. 15). Raises InitbenchError if the gain of an
    activation is asked for and the model names none.
    """
    if gain == "rectifier":
        return nn.init.calculate_gain("leaky_relu", negative_slope)
    return activation_gain(activation_of(model)) if gain == "activation" else float(gain)


def activation_of(model: nn.Module | None) -> nn.Module:
    """Return the module `activation` of `model`; raises InitbenchError if it has none."""
    activation = getattr(model, "activation", None)
    if not isinstance(activation, nn.Module):
        raise InitbenchError(
            "The init follows the model's activation, but the model has no module `activation`; "
            "use a model that names it, or an init that does not ask for it."
        )
    return activation


def activation_gain(activation: nn.Module) -> float:
    """Return torch's `calculate_gain` where it has a rule, else 1/√(E φ(z)²) over z ~ N(0, 1).

    torch's rule for SELU, 3/4, is passed over: its unit variance needs 1 (Klambauer et al. 2017).
    """
    if isinstance(activation, nn.LeakyReLU):
        return nn.init.calculate_gain("leaky_relu", activation.negative_slope)
    if type(activation) in RULES:
        return nn.init.calculate_gain(RULES[type(activation)])
    return 1 / math.sqrt(_second_moment(activation))


@torch.no_grad()
def _second_moment(activation: nn.Module) -> float:
    z = torch.linspace(-10, 10, 4001, dtype=torch.float64)  # beyond lies 1e-23 of the mass
    density = torch.exp(-z.square() / 2) / math.sqrt(2 * math.pi)
    return float(torch.trapezoid(activation(z).square() * density, z))
