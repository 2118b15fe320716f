"""What an init method consists of: its card, `Method`, and what it draws from, `Streams`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from initbench.seeds import torch_stream

if TYPE_CHECKING:
    import numpy as np
    import torch

    from initbench.inits._common import WeightLayer

Parameters = Mapping[str, Any]


class Distribution(Protocol):
    """A frozen scipy.stats distribution."""

    def cdf(self, x: "np.ndarray") -> "np.ndarray":
        """Return P(X ≤ x) for each element of `x`."""

    def var(self) -> float:
        """Return the variance."""


Law = Callable[["WeightLayer", Parameters], Distribution | None]


def no_law(layer: "WeightLayer", parameters: Parameters) -> None:
    """Return None: the entries have no random law, or none in closed form."""


@dataclass(frozen=True)
class Method:
    """The card of an init method.

    All texts are literals, so that `catalogue.card` can read them without importing torch. `use`
    says for which nets the method is made; `paper` holds the BibTeX fields of what to cite.
    A `calibrated` method gets a batch of inputs as the third argument of `initialize`. `example`
    gives each required parameter a value for the contract tests, whose models name their layers
    `layers.0`, `layers.1`, … and `final`. `law` takes a layer and all parameters, and
    returns the marginal distribution of each entry of its weight, or None; it sees no model, so
    the gain of an activation must be given to it as a number.
    """

    name: str
    title: str
    formula: str
    source: str
    applies_to: str
    note: str
    use: str
    paper: Mapping[str, str]
    deterministic: bool = False
    calibrated: bool = False
    example: Parameters = field(default_factory=dict)
    law: Law = no_law


@dataclass(frozen=True)
class Streams:
    """The random streams of one run: each call returns a fresh generator keyed by its name.

    A layer's draw therefore depends on the seed and on its own name only, and two methods that
    ask for the same stream transform the same base draw (common random numbers).
    """

    seed: int

    def weight(self, layer: str) -> "torch.Generator":
        """Return the generator of the weight of `layer`."""
        return torch_stream(self.seed, "weight", layer)

    def bias(self, layer: str) -> "torch.Generator":
        """Return the generator of the bias of `layer`."""
        return torch_stream(self.seed, "bias", layer)

    def noise(self, name: str) -> "torch.Generator":
        """Return the generator of the noise that is added to the parameter `name`."""
        return torch_stream(self.seed, "noise", name)
