"""SIREN: networks of sine layers that represent signals (Sitzmann et al. 2020)."""

from initbench.architectures._activations import Sine
from initbench.architectures.mlp import MLP
from initbench.values import Depth, Positive


class Siren(MLP):
    """An MLP of layers sin(omega · (W x + b)) with a linear head."""

    def __init__(self, inputs: int, width: int, depth: int, outputs: int, omega: float) -> None:
        """Make `depth` sine layers of `width` units."""
        super().__init__([inputs, *[width] * depth, outputs], "sine")
        self.activation = Sine(omega)


def build(
    *, inputs: int = 1, width: int = 64, depth: Depth = 3, outputs: int = 1, omega: Positive = 30.0
) -> Siren:
    """Return a SIREN (Sitzmann et al. 2020, arXiv:2006.09661, section 3.2)."""
    return Siren(inputs, width, depth, outputs, omega)
