"""Nets that an author may write, from 6 features to 3 classes; another is one line in a table.

The campaign lays this file into a project as a family of architectures.
"""

from collections.abc import Callable, Iterator
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations, weight_norm

from initbench.architectures._feedforward import Feedforward

WIDTH = 8


class Net(Feedforward):
    """A linear layer, something in the middle, and a linear head."""

    def __init__(self, middle: nn.Module, out: int = WIDTH) -> None:
        super().__init__()
        self.first, self.middle, self.final = nn.Linear(6, WIDTH), middle, nn.Linear(out, 3)
        self.activation = nn.Tanh()

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        x = self.middle(self.first(x))
        yield "middle", x
        yield "final", self.final(x)


class Function(nn.Module):
    """A module of one function without parameters."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


class Own(Feedforward):
    """A net of two layers and a head whose way is a function of it and x."""

    def __init__(self, way: Callable[["Own", Tensor], Tensor], **modules: nn.Module) -> None:
        super().__init__()
        self.first, self.second, self.final = (
            nn.Linear(6, WIDTH),
            nn.Linear(WIDTH, WIDTH),
            nn.Linear(WIDTH, 3),
        )
        self.activation = nn.Tanh()
        for name, module in modules.items():
            self.add_module(name, module)
        self.way = way

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        x = self.way(self, x)
        yield "second", x
        yield "final", self.final(x)


class Buffered(Net):
    """A net that adds a constant kept as a buffer."""

    def __init__(self, persistent: bool) -> None:
        super().__init__(nn.Tanh())
        self.register_buffer("shift", torch.arange(WIDTH) / WIDTH, persistent=persistent)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        x = self.activation(self.first(x)) + self.shift
        yield "middle", x
        yield "final", self.final(x)


class Constant(Net):
    """A net that adds a constant kept as a plain attribute."""

    def __init__(self) -> None:
        super().__init__(nn.Tanh())
        self.shift = torch.arange(WIDTH) / WIDTH

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        x = self.activation(self.first(x)) + self.shift
        yield "middle", x
        yield "final", self.final(x)


class Counting(Net):
    """A net that behaves otherwise at each call."""

    def __init__(self) -> None:
        super().__init__(nn.Tanh())
        self.calls = 0

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        self.calls += 1
        x = self.activation(self.first(x)) * (1 + self.calls % 2)
        yield "middle", x
        yield "final", self.final(x)


class Tied(Own):
    """A net whose first two square layers share one parameter."""

    def __init__(self, what: str) -> None:
        super().__init__(lambda net, x: net.third(torch.tanh(net.second(torch.tanh(net.first(x))))),
                         third=nn.Linear(WIDTH, WIDTH))  # fmt: skip
        setattr(self.third, what, getattr(self.second, what))


class Renamed(Net):
    """A net whose states bear no names of layers."""

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        for name, value in super().states(x):
            yield f"other {name}", value


class OneState(Net):
    """A net that yields its logits only."""

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        yield list(super().states(x))[-1]


class NoState(Net):
    """A net that yields nothing."""

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        yield from ()


class OwnForward(Net):
    """A net whose forward pass is not that of its states."""

    def forward(self, x: Tensor) -> Tensor:
        return 2 * super().forward(x)


class BareParameter(Net):
    """A net with a parameter of its own."""

    def __init__(self) -> None:
        super().__init__(nn.Tanh())
        self.scale = nn.Parameter(torch.ones(WIDTH))


class WithRNN(Net):
    """torch's own recurrent layer over the features."""

    def __init__(self, kind: type[nn.RNNBase]) -> None:
        super().__init__(nn.Tanh())
        self.recurrent = kind(1, WIDTH, batch_first=True)

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        yield "middle", self.recurrent(x.unsqueeze(-1))[0][..., -1, :]
        yield "final", self.final(self.recurrent(x.unsqueeze(-1))[0][..., -1, :])


def wrapped(wrap: Callable[[nn.Linear], nn.Module]) -> Net:
    """Return a net whose middle is a wrapped square layer."""
    return Net(nn.Sequential(wrap(nn.Linear(WIDTH, WIDTH)), nn.Tanh()))


def frozen(net: Net) -> Net:
    """Return the net with its first layer frozen."""
    for parameter in net.first.parameters():
        parameter.requires_grad_(False)
    return net


def in_kind(kind: torch.dtype) -> Net:
    return Net(nn.Tanh()).to(kind)


def hooked(net: Net) -> Net:
    """Return the net with a hook that doubles what its first layer says."""
    net.first.register_forward_hook(lambda module, inputs, output: output * 2)
    return net


def branching(net: Own, x: Tensor) -> Tensor:
    x = torch.tanh(net.first(x))
    return torch.tanh(net.second(x)) if x.mean() > 0 else x


def as_image(module: nn.Module) -> nn.Module:
    """Return a module that sees the features as an image of one channel."""
    return nn.Sequential(nn.Unflatten(-1, (1, 2, 4)), module, nn.Flatten(-3))


class DoubledLinear(nn.Linear):
    def forward(self, x: Tensor) -> Tensor:
        return 2 * super().forward(x)


class CentredTanh(nn.Tanh):
    def forward(self, x: Tensor) -> Tensor:
        return x - x.mean(-1, keepdim=True)


class NoDropout(nn.Dropout):
    def forward(self, x: Tensor) -> Tensor:
        return x


MODULES: dict[str, Callable[[], nn.Module]] = {
    name: getattr(nn, name)
    for name in (
        *("ReLU", "ReLU6", "ELU", "CELU", "SELU", "GELU", "SiLU", "Mish", "Sigmoid", "Tanh"),
        *(
            "LeakyReLU",
            "Softplus",
            "Softsign",
            "Tanhshrink",
            "Hardtanh",
            "Hardswish",
            "Hardsigmoid",
        ),
        *("Hardshrink", "Softshrink", "LogSigmoid", "Identity", "RReLU", "Softmax2d"),
        *("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"),
    )
}
MODULES |= {
    "Softmax over features": lambda: nn.Softmax(-1),
    "Softmax over axis 1": lambda: nn.Softmax(1),
    "Softmax over axis 0": lambda: nn.Softmax(0),
    "Softmax without axis": nn.Softmax,
    "LogSoftmax": lambda: nn.LogSoftmax(-1),
    "Softmin": lambda: nn.Softmin(-1),
    "GLU": lambda: nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GLU()),
    "PReLU": nn.PReLU,
    "PReLU a channel": lambda: nn.PReLU(WIDTH),
    "Threshold": lambda: nn.Threshold(0.1, 20.0),
    "in-place ReLU": lambda: nn.ReLU(inplace=True),
    "in-place ELU": lambda: nn.ELU(inplace=True),
    "in-place SiLU": lambda: nn.SiLU(inplace=True),
    "GELU tanh": lambda: nn.GELU("tanh"),
    "Dropout 0": lambda: nn.Dropout(0.0),
    "Dropout 1": lambda: nn.Dropout(1.0),
    "in-place Dropout": lambda: nn.Dropout(0.5, inplace=True),
    "LayerNorm": lambda: nn.LayerNorm(WIDTH),
    "LayerNorm without parameters": lambda: nn.LayerNorm(WIDTH, elementwise_affine=False),
    "LayerNorm without bias": lambda: nn.LayerNorm(WIDTH, bias=False),
    "RMSNorm": lambda: nn.RMSNorm(WIDTH),
    "RMSNorm without parameters": lambda: nn.RMSNorm(WIDTH, elementwise_affine=False),
    "BatchNorm": lambda: nn.BatchNorm1d(WIDTH),
    "BatchNorm without parameters": lambda: nn.BatchNorm1d(WIDTH, affine=False),
    "BatchNorm without memory": lambda: nn.BatchNorm1d(WIDTH, track_running_stats=False),
    "InstanceNorm": lambda: nn.InstanceNorm1d(WIDTH),
    "GroupNorm": lambda: nn.GroupNorm(2, WIDTH),
    "GroupNorm without parameters": lambda: nn.GroupNorm(2, WIDTH, affine=False),
    "LocalResponseNorm": lambda: nn.LocalResponseNorm(2),
    "CrossMapLRN2d": lambda: nn.CrossMapLRN2d(2),
    "AvgPool": lambda: nn.AvgPool1d(3, 1, 1),
    "MaxPool": lambda: nn.MaxPool1d(3, 1, 1),
    "AdaptiveAvgPool": lambda: nn.AdaptiveAvgPool1d(WIDTH),
    "LPPool": lambda: nn.Sequential(nn.LPPool1d(2, 1, 1)),
    "Flatten": nn.Flatten,
    "Unflatten": lambda: nn.Sequential(nn.Unflatten(-1, (2, 4)), nn.Flatten(-2)),
    "Unflatten axis 1": lambda: nn.Sequential(nn.Unflatten(1, (2, 4)), nn.Flatten(1)),
    "PixelShuffle": lambda: nn.PixelShuffle(1),
    "ChannelShuffle": lambda: nn.ChannelShuffle(2),
    "ZeroPad": lambda: nn.Sequential(nn.ZeroPad1d((1, -1))),
    "CircularPad": lambda: nn.Sequential(nn.CircularPad1d((1, -1))),
    "Upsample": lambda: nn.Upsample(scale_factor=1),
    "Fold": lambda: nn.Unfold(1),
    "Linear": lambda: nn.Linear(WIDTH, WIDTH),
    "Linear without bias": lambda: nn.Linear(WIDTH, WIDTH, bias=False),
    "LazyLinear": lambda: nn.LazyLinear(WIDTH),
    "Bilinear": lambda: nn.Bilinear(WIDTH, WIDTH, WIDTH),
    "Embedding": lambda: nn.Embedding(5, WIDTH),
    "Conv1d": lambda: nn.Sequential(nn.Unflatten(-1, (2, 4)), nn.Conv1d(2, 2, 1), nn.Flatten(-2)),
    "Conv2d over a view": lambda: as_image(nn.Conv2d(1, 1, 1)),
    "Conv2d, circular": lambda: as_image(nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular")),
    "Conv2d, dilated": lambda: as_image(nn.Conv2d(1, 1, 3, padding=2, dilation=2)),
    "Conv2d, grouped": lambda: nn.Sequential(
        nn.Unflatten(-1, (2, 2, 2)), nn.Conv2d(2, 2, 1, groups=2), nn.Flatten(-3)),
    "Conv2d without bias": lambda: as_image(nn.Conv2d(1, 1, 1, bias=False)),
    "ConvTranspose2d": lambda: as_image(nn.ConvTranspose2d(1, 1, 1)),
    "BatchNorm2d": lambda: as_image(nn.BatchNorm2d(1)),
    "MaxPool2d": lambda: as_image(nn.MaxPool2d(3, 1, 1)),
    "MultiheadAttention": lambda: nn.MultiheadAttention(WIDTH, 2),
    "TransformerEncoderLayer": lambda: nn.TransformerEncoderLayer(WIDTH, 2, WIDTH),
    "empty Sequential": nn.Sequential,
    "subclass of Linear": lambda: DoubledLinear(WIDTH, WIDTH),
    "subclass of Tanh": lambda: CentredTanh(),
    "subclass of Dropout": lambda: NoDropout(0.5),
}  # fmt: skip
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sin": torch.sin,
    "square": torch.square,
    "mean over features": lambda x: x - x.mean(-1, keepdim=True),
    "mean over samples": lambda x: x - x.mean(0),
    "mean over all": lambda x: x - x.mean(),
    "mean over axis 1": lambda x: x - x.mean(1, keepdim=True),
    "softmax over features": lambda x: x.softmax(-1),
    "sort": lambda x: x.sort(-1).values,
    "cumsum": lambda x: x.cumsum(-1),
    "flip": lambda x: x.flip(-1),
    "roll": lambda x: x.roll(1, -1),
    "roll over samples": lambda x: x.roll(1, 0),
    "view over the leading axis": lambda x: x.view(x.shape[0], -1),
    "reshape": lambda x: x.reshape(len(x), 2, -1).flatten(1),
    "transposed twice": lambda x: x.t().t() if x.dim() == 2 else x,
    "functional dropout": lambda x: F.dropout(x, 0.5),
    "Gaussian noise": lambda x: x + torch.randn_like(x),
    "norm": lambda x: x / x.norm(dim=-1, keepdim=True),
    "normalize": F.normalize,
    "clamp": lambda x: x.clamp(-0.5, 0.5),
    "detach": torch.detach,
    "round": torch.round,
    "in place": lambda x: x.mul_(2),
    "no_grad": torch.no_grad()(torch.tanh),
    "to double and back": lambda x: x.double().exp().float(),
    "complex": lambda x: torch.fft.ifft(torch.fft.fft(x)).real,
    "through numpy": lambda x: torch.from_numpy(np_tanh(x)),
    "item": lambda x: x * x.abs().max().item(),
    "while": lambda x: x / 2 if bool(x.abs().max() > 0.5) else x,
    "where": lambda x: torch.where(x > 0, x, x.exp() - 1),
    "NaN": lambda x: x * float("nan"),
    "shape": lambda x: x * x.shape[0],
}


def np_tanh(x: Tensor) -> object:
    import numpy as np

    return np.tanh(x.detach().numpy())


def hidden(net: Own, x: Tensor) -> Tensor:
    return torch.tanh(net.first(x))


WAYS: dict[str, Callable[[Own, Tensor], Tensor]] = {
    "a layer twice": lambda net, x: net.second(torch.tanh(net.second(hidden(net, x)))),
    "a layer three times": lambda net, x: net.second(net.second(net.second(net.first(x)))),
    "a layer never": hidden,
    "a dropout twice": lambda net, x: net.drop(net.second(net.drop(net.first(x)))),
    "transposed weights": lambda net, x: F.linear(hidden(net, x), net.second.weight.mT),
    "weights by hand": lambda net, x: hidden(net, x) @ net.second.weight.mT + net.second.bias,
    "norm of weights": lambda net, x: hidden(net, x) * net.second.weight.norm(),
    "data decides": branching,
    "a residual": lambda net, x: (y := hidden(net, x)) + net.second(y),
    "concatenated and cut": lambda net, x: torch.cat([y := net.first(x), y], -1)[..., :WIDTH],
    "concatenated samples": lambda net, x: torch.cat([y := net.first(x), y])[: len(x)],
    "training mode decides": lambda net, x: net.first(x) * (2 if net.training else 1),
}
OTHERS: dict[str, Callable[[], Feedforward]] = {
    "plain": lambda: Net(nn.Identity()),
    "a module under two names": lambda: two_names(),
    "tied weights": lambda: Tied("weight"),
    "tied biases": lambda: Tied("bias"),
    "persistent buffer": lambda: Buffered(True),
    "passing buffer": lambda: Buffered(False),
    "constant tensor": Constant,
    "counts its calls": Counting,
    "states of other names": lambda: Renamed(nn.Tanh()),
    "one state": lambda: OneState(nn.Tanh()),
    "no state": lambda: NoState(nn.Tanh()),
    "own forward": lambda: OwnForward(nn.Tanh()),
    "bare parameter": BareParameter,
    "ParameterList": lambda: Net(nn.ParameterList([nn.Parameter(torch.ones(2))])),
    "hooked": lambda: hooked(Net(nn.Tanh())),
    "frozen layer": lambda: frozen(Net(nn.Tanh())),
    "torch's RNN": lambda: WithRNN(nn.RNN),
    "torch's LSTM": lambda: WithRNN(nn.LSTM),
    "torch's GRU": lambda: WithRNN(nn.GRU),
    "weight_norm": lambda: wrapped(parametrizations.weight_norm),
    "old weight_norm": lambda: wrapped(old_weight_norm),
    "spectral_norm": lambda: wrapped(parametrizations.spectral_norm),
    "old spectral_norm": lambda: wrapped(nn.utils.spectral_norm),
    "orthogonal parametrization": lambda: wrapped(parametrizations.orthogonal),
    "float64": lambda: in_kind(torch.float64),
    "bfloat16": lambda: in_kind(torch.bfloat16),
    "complex64": lambda: in_kind(torch.complex64),
    "one unit": lambda: Net(nn.Linear(WIDTH, 1), 1),
    "no unit": lambda: Net(nn.Linear(WIDTH, 0), 0),
    "no hidden layer": lambda: only_a_head(),
    "too few classes": lambda: few_classes(2),
    "more classes": lambda: few_classes(5),
    "wrong inputs": lambda: wrong_inputs(),
    "inner sizes do not fit": lambda: Net(nn.Linear(WIDTH + 1, WIDTH)),
    "a huge layer": lambda: Net(nn.Linear(WIDTH, 10**12), 10**12),
}


def _nets() -> Iterator[tuple[str, Callable[[], Feedforward]]]:
    for name, make in MODULES.items():
        yield name, partial(lambda make: Net(make()), make)
    for name, function in FUNCTIONS.items():
        yield f"{name} as a module", partial(lambda f: Net(Function(f)), function)
        yield f"{name} in forward", partial(in_forward, function)
    for name, way in WAYS.items():
        yield (
            name,
            partial(Own, way, drop=nn.Dropout(0.5)) if "dropout" in name else partial(Own, way),
        )
    yield from OTHERS.items()


# Those that draw while they train: no plain loop has their draws, but a seed's are its own.
DRAWING = {
    *("Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"),
    *("RReLU", "in-place Dropout", "a dropout twice"),
    *(f"{name} {place}" for name in ("functional dropout", "Gaussian noise")
      for place in ("as a module", "in forward")),
}  # fmt: skip


def in_forward(function: Callable[[Tensor], Tensor]) -> Own:
    return Own(lambda net, x: function(hidden(net, x)))


def old_weight_norm(layer: nn.Linear) -> nn.Module:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return weight_norm(layer)


def two_names() -> Own:
    net = Own(lambda net, x: net.again(torch.tanh(net.second(torch.tanh(net.first(x))))))
    net.again = net.second
    return net


def only_a_head() -> Feedforward:
    net = Own(lambda net, x: x)
    net.final = nn.Linear(6, 3)
    return net


def few_classes(classes: int) -> Net:
    net = Net(nn.Tanh())
    net.final = nn.Linear(WIDTH, classes)
    return net


def wrong_inputs() -> Net:
    net = Net(nn.Tanh())
    net.first = nn.Linear(7, WIDTH)
    return net


NETS = dict(_nets())


def build(*, net: str) -> Feedforward:
    """Return the net of this name."""
    return NETS[net]()
