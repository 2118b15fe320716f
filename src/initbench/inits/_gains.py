"""The gain of a method as a number: as given, that of the model's activation, or He's."""

import copy
import math
from typing import Literal

import torch
from torch import Tensor, nn

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
    Raises InitbenchError where φ is not one function of one number, or has no such mean.
    """
    if isinstance(activation, nn.LeakyReLU):
        return nn.init.calculate_gain("leaky_relu", activation.negative_slope)
    if type(activation) in RULES:
        return nn.init.calculate_gain(RULES[type(activation)])
    moment = _second_moment(activation)
    if not 0 < moment < math.inf:
        raise InitbenchError(
            f"The activation {activation} has the mean square {moment} on Gaussian inputs, which "
            "no gain can make up for; give the gain as a number."
        )
    return 1 / math.sqrt(moment)


def _second_moment(activation: nn.Module) -> float:
    z = torch.linspace(-10, 10, 4001, dtype=torch.float64)  # beyond lies 1e-23 of the mass
    density = torch.exp(-z.square() / 2) / math.sqrt(2 * math.pi)
    return float(torch.trapezoid(_values(activation, z).square() * density, z))


@torch.no_grad()
def _values(activation: nn.Module, z: Tensor) -> Tensor:
    """Return φ(z) without a change to `activation` or to `z`.

    Raises InitbenchError where φ draws, works otherwise in training, or mixes its inputs.
    """
    with torch.random.fork_rng(devices=[]):
        try:
            values: list[Tensor] = [
                copy.deepcopy(activation).double().train(training)(x.clone())
                for training, x in ((True, z), (True, z), (False, z), (True, z[::2]))
            ]
            first, again, untrained, half = values
            pairs = ((first, again), (first, untrained), (first[::2], half))
            same = first.shape == z.shape and all(torch.allclose(*pair) for pair in pairs)
        except (RuntimeError, IndexError):  # it takes more than one number at a time
            same = False
    if not same:
        raise InitbenchError(
            f"A gain is that of one function of one number, but the values of the activation "
            f"{activation} are random, or depend on the mode or on other inputs; give the gain as "
            "a number."
        )
    return first
