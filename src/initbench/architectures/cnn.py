"""Small convolutional networks for 28x28 images that keep where in the image things are."""

from collections.abc import Iterator

from torch import Tensor, nn

from initbench.architectures.feedforward import Feedforward

PIXELS = 28


class CNN(Feedforward):
    """3x3 convolutions `layers.0`, `layers.1`, ... with ReLU on 14x14 pixels, and a linear `final`.

    Pixels are averaged two by two before the first convolution and again before the head.
    """

    def __init__(self, depth: int, channels: int, classes: int) -> None:
        """Make `depth` convolutions of stride 1 and padding 1 for images of one channel."""
        super().__init__()
        fans_in = [1, *[channels] * (depth - 1)]
        self.layers = nn.ModuleList(nn.Conv2d(n, channels, 3, padding=1) for n in fans_in)
        self.activation = nn.ReLU()
        self.final = nn.Linear(channels * (PIXELS // 4) ** 2, classes)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the state (..., channels, 14, 14) after each convolution's ReLU, then the logits.

        x are images (..., 1, 28, 28).
        """
        x = halved(x)
        for k, layer in enumerate(self.layers):
            x = self.activation(layer(x))
            yield f"layers.{k}", x
        yield "final", self.final(halved(x).flatten(-3))


def halved(images: Tensor) -> Tensor:
    """Return images (..., h, w) of half the size, each pixel the mean of four."""
    *front, height, width = images.shape
    return images.reshape(*front, height // 2, 2, width // 2, 2).mean((-3, -1))


def build(*, depth: int, channels: int = 8, classes: int = 10) -> CNN:
    """Return a network of `depth` convolutions of `channels` channels."""
    return CNN(depth, channels, classes)
