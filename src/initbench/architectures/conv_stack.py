"""Plain stacks of 3x3 convolutions."""

from collections.abc import Iterator

from torch import Tensor, nn

from initbench.architectures._activations import activation as make_activation
from initbench.architectures._feedforward import Feedforward
from initbench.values import Activation, Depth


class ConvStack(Feedforward):
    """Convolutions `layers.0`, `layers.1`, ... that keep the image's size, then a head `final`.

    The head is linear on the mean of each channel over the image.
    """

    def __init__(
        self, inputs: int, channels: int, depth: int, classes: int, activation: str
    ) -> None:
        """Make `depth` convolutions of stride 1 and padding 1, the first from `inputs` channels."""
        super().__init__()
        fans_in = [inputs, *[channels] * (depth - 1)]
        self.layers = nn.ModuleList(nn.Conv2d(n, channels, 3, padding=1) for n in fans_in)
        self.activation = make_activation(activation)
        self.final = nn.Linear(channels, classes)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the state (..., channels, h, w) after each convolution's activation, then logits.

        x are images (..., inputs, h, w).
        """
        for k, layer in enumerate(self.layers):
            x = self.activation(layer(x))
            yield f"layers.{k}", x
        yield "final", self.final(x.mean((-2, -1)))


def build(
    *,
    inputs: int = 1,
    channels: int = 16,
    depth: Depth = 10,
    classes: int = 10,
    activation: Activation = "relu",
) -> ConvStack:
    """Return a stack of `depth` convolutions of `channels` channels on images of any size."""
    return ConvStack(inputs, channels, depth, classes, activation)
