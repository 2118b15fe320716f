"""Small convolutional networks for 28x28 images that keep where in the image things are."""

from collections.abc import Iterator

from torch import Tensor, nn

from initbench.architectures._feedforward import Feedforward
from initbench.values import Depth

PIXELS = 28
LARGE = 2  # convolutions on 14x14 pixels; the others see 7x7


class CNN(Feedforward):
    """3x3 convolutions `layers.0`, `layers.1`, ... with ReLU, and a linear `final`.

    Pixels are averaged two by two before the first convolution, to 14x14, and again after the
    second one, to 7x7; after the only one where there is no second.
    """

    def __init__(self, depth: int, channels: int, classes: int) -> None:
        """Make `depth` convolutions of stride 1 and padding 1 for images of one channel."""
        super().__init__()
        fans_in = [1, *[channels] * (depth - 1)]
        self.layers = nn.ModuleList(nn.Conv2d(n, channels, 3, padding=1) for n in fans_in)
        self.activation = nn.ReLU()
        self.final = nn.Linear(channels * (PIXELS // 4) ** 2, classes)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the state after each convolution's ReLU, then the logits (..., classes).

        x are images (..., 1, 28, 28); states are (..., channels, 14, 14) after the first two
        convolutions and (..., channels, 7, 7) after the others.
        """
        x = halved(x)
        last = min(LARGE, len(self.layers)) - 1
        for k, layer in enumerate(self.layers):
            x = self.activation(layer(x))
            yield f"layers.{k}", x
            x = halved(x) if k == last else x
        yield "final", self.final(x.flatten(-3))


def halved(images: Tensor) -> Tensor:
    """Return images (..., h, w) of half the size, each pixel the mean of four."""
    *front, height, width = images.shape
    return images.reshape(*front, height // 2, 2, width // 2, 2).mean((-3, -1))


def build(*, depth: Depth, channels: int = 8, classes: int = 10) -> CNN:
    """Return a network of `depth` convolutions of `channels` channels."""
    return CNN(depth, channels, classes)
