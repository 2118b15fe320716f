"""Document B's NetWithLayerNorm, of any depth, and the same network without LayerNorm."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from torch import Tensor, nn

from initbench.architectures._activations import activation as make_activation
from initbench.architectures._feedforward import Feedforward, as_features
from initbench.values import Activation, Depth


class NetWithLayerNorm(Feedforward):
    """Layers fc1, ln1, activation, fc2, ln2, activation, ..., and a linear head, the last fc."""

    def __init__(self, widths: Sequence[int], normalize: bool, activation: str) -> None:
        """Make layers between successive `widths` = (inputs, hidden..., classes)."""
        super().__init__()
        self.inputs, self.depth = widths[0], len(widths) - 2
        self.activation = make_activation(activation)
        for k, (fan_in, fan_out) in enumerate(pairwise(widths), start=1):
            self.add_module(f"fc{k}", nn.Linear(fan_in, fan_out))
            if k <= self.depth:
                self.add_module(f"ln{k}", nn.LayerNorm(fan_out) if normalize else nn.Identity())

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the state after each hidden layer's activation, then the logits.

        x is (..., inputs), or images (..., c, h, w) with as many pixels.
        """
        x = as_features(x, self.inputs)
        for k in range(1, self.depth + 1):
            fc, ln = self.get_submodule(f"fc{k}"), self.get_submodule(f"ln{k}")
            x = self.activation(ln(fc(x)))
            yield f"fc{k}", x
        head = f"fc{self.depth + 1}"
        yield head, self.get_submodule(head)(x)


def build(
    *,
    inputs: int = 784,
    width: int = 64,
    depth: Depth = 2,
    classes: int = 10,
    normalize: bool = True,
    activation: Activation = "relu",
) -> NetWithLayerNorm:
    """Return document B's network (document B, section 2.4.5) with `depth` hidden layers."""
    return NetWithLayerNorm([inputs, *[width] * depth, classes], normalize, activation)
