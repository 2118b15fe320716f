"""Activation functions and their derivatives by their names in config.yaml."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from initbench.errors import unknown

Array = NDArray[np.float64]
Map = Callable[[Array], Array]


@dataclass(frozen=True)
class Activation:
    """A function of arrays of any shape and its derivative; both are smooth but at 0."""

    function: Map
    derivative: Map


def _leaky(slope: float) -> Activation:
    return Activation(
        lambda u: np.where(u > 0, u, slope * u),
        lambda u: np.where(u > 0, 1.0, slope),
    )


def _elu(alpha: float, scale: float) -> Activation:
    return Activation(
        lambda u: scale * np.where(u > 0, u, alpha * np.expm1(np.minimum(u, 0))),
        lambda u: scale * np.where(u > 0, 1.0, alpha * np.exp(np.minimum(u, 0))),
    )


def _density(u: Array) -> Array:
    return np.asarray(np.exp(-(u**2) / 2) / np.sqrt(2 * np.pi))


ACTIVATIONS = {
    "identity": _leaky(1.0),
    "relu": _leaky(0.0),
    "leaky_relu_0.01": _leaky(0.01),
    "leaky_relu_0.2": _leaky(0.2),
    "tanh": Activation(lambda u: np.tanh(u), lambda u: 1 - np.tanh(u) ** 2),
    "sigmoid": Activation(lambda u: expit(u), lambda u: expit(u) * expit(-u)),
    "elu": _elu(1.0, 1.0),
    # Klambauer et al. (2017), Eq. 14: the pair that makes mean 0 and variance 1 a fixed point.
    "selu": _elu(1.6732632423543772, 1.0507009873554805),
    "gelu": Activation(lambda u: u * ndtr(u), lambda u: ndtr(u) + u * _density(u)),
    "silu": Activation(lambda u: u * expit(u), lambda u: expit(u) * (1 + u * expit(-u))),
}


def activation(name: str) -> Activation:
    """Return the activation `name`; InitbenchError if there is none."""
    if name not in ACTIVATIONS:
        raise unknown("activation", name, ACTIVATIONS)
    return ACTIVATIONS[name]
