"""What the contract of the init methods is tested on: every method, some cases, small models."""

import copy
from functools import cache
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from initbench import architectures, inits
from initbench.errors import InitbenchError
from initbench.inits._common import grouped, weight_layers

SEED = 2_000_000


class Stack(nn.Module):
    """Linear layers `layers.0`, `layers.1`, … with tanh and a head, all holding NaN."""

    def __init__(self, *sizes, classes=2, head="final"):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.activation, self.dropout = nn.Tanh(), nn.Dropout(0.5)
        self.add_module(head, nn.Linear(sizes[-1], classes))
        self.head = head
        emptied(self)

    def forward(self, x):
        for layer in self.layers:
            x = self.dropout(self.activation(layer(x)))
        return self.get_submodule(self.head)(x)


class Kinds(nn.Module):
    """Convolutions in `dimensions` of all kinds and a head, all holding NaN.

    Grouped, depthwise, of one pixel, transposed with groups and transposed without.
    """

    def __init__(self, dimensions):
        super().__init__()
        straight = getattr(nn, f"Conv{dimensions}d")
        transposed = getattr(nn, f"ConvTranspose{dimensions}d")
        self.layers = nn.ModuleList([
            straight(4, 6, 3, padding=1, groups=2),
            straight(6, 6, 3, padding=1, groups=6),
            straight(6, 4, 1),
            transposed(4, 6, 2, stride=2, groups=2),
            transposed(6, 4, 3, padding=1),
        ])  # fmt: skip
        self.activation = nn.Tanh()
        self.final = nn.Linear(4, 2)
        emptied(self)

    def forward(self, x):
        for layer in self.layers:
            x = self.activation(layer(x))
        return self.final(x.flatten(2).mean(2))


def emptied(model):
    for parameter in model.parameters():
        nn.init.constant_(parameter, torch.nan)
    return model


class Scale(nn.Module):
    FIXED_START = True

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.full((1, 1), torch.nan))

    def reset_parameters(self):
        nn.init.constant_(self.weight, 0.5)

    def forward(self, x):
        return x * self.weight


def with_fixed_starts(model):
    """The model with parameters that every method leaves at their fixed start."""
    model.norm, model.scale = nn.LayerNorm(4), Scale()
    return emptied(model)


def built(family, **parameters):
    blank = emptied(architectures.build({"family": family, **parameters}))
    return lambda: copy.deepcopy(blank)


RECURRENT = {"inputs": 3, "hidden": 5, "outputs": 2}
RESIDUAL = {"inputs": 3, "width": 6, "blocks": 3, "classes": 2}
ZOO = {
    "tiny_chain": lambda: Stack(*[2] * 9),
    "mnist_like": lambda: Stack(49, 16, 8, classes=10),
    "wide_tall_square": lambda: Stack(3, 12, 12, 5, classes=1),
    "convolutions": built("conv_stack", inputs=3, channels=4, depth=3, classes=2),
    "kinds_1d": lambda: Kinds(1),
    "kinds_2d": lambda: Kinds(2),
    "kinds_3d": lambda: Kinds(3),
    "rnn": built("recurrent", cell="rnn", **RECURRENT),
    "lstm": built("recurrent", cell="lstm", **RECURRENT),
    "gru": built("recurrent", cell="gru", **RECURRENT),
    "residual": built("residual", **RESIDUAL),
    "rezero": built("residual", rezero=True, **RESIDUAL),
}
# Methods that fill one kind of network, and the models of that kind.
SPECIAL = {
    "recurrent": ["rnn", "lstm", "gru"],
    "branch_normal": ["residual"],
    "branch_scaled": ["residual"],
    "fixup": ["residual"],
    "rezero": ["rezero"],
    "zero_last": ["residual"],
}
RARE = {model for rare in SPECIAL.values() for model in rare}
OWN_CASES = [
    ("orthogonal", {"layers": [0, 1]}),
    ("orthogonal", {"layers": "worst", "bias": "default"}),
    ("orthogonal", {"layers": "worst", "rest": "xavier_uniform"}),
    ("constant_layer", {"layer": "layers.0", "value": 0.1, "bias": False}),
    ("deterministic_table", {"pattern": "hadamard"}),
    ("deterministic_table", {"pattern": "identity"}),
    ("truncated_normal", {"std": 1.5, "cut": "absolute"}),
    ("recurrent", {"hidden": "default", "rest": "default"}),
    ("recurrent", {"hidden": "identity", "gates": "separate"}),
    ("output_bias", {"head": "default"}),
    ("own_head", {"head": "he"}),
]
OWN_BIASES = {"critical", "output_bias", "recurrent"}  # methods with their own law of the biases


def example(name):
    return dict(inits.load(name).METHOD.example)


def law_of(layer, name, given):
    return inits.load(name).METHOD.law(layer, {**inits.parameters(name), **given})


def general_cases(name):
    """The method's example, alone and with each value that its shared parameters admit."""
    shared = {"bias": ["zero", "default"], "shared": [True], "gain": ["activation"]}
    variations = [
        {parameter: value}
        for parameter, values in shared.items()
        for value in values
        if admits(name, {parameter: value})
    ]
    return [(name, {**example(name), **variation}) for variation in [{}, *variations]]


def admits(name, given):
    try:
        inits.check(name, {**example(name), **given})
    except InitbenchError:
        return False
    return True


def models(name):
    """The models that a method is tested on: a card that speaks of no convolution means it."""
    layers = ["tiny_chain", "mnist_like", "wide_tall_square"]
    kernels = ["convolutions", "kinds_1d", "kinds_2d", "kinds_3d"]
    convolves = "convolution" in inits.card(name)["applies_to"]
    return SPECIAL.get(name, layers + kernels * convolves)


def usual_kinds(name):
    """The models that tell the methods and the kinds of layers apart, one of each."""
    return [model for model in models(name) if model in ("mnist_like", "kinds_2d", *RARE)]


def usual(name):
    """What builds a model that suits the method."""
    return ZOO[SPECIAL.get(name, ["mnist_like"])[0]]


CASES = [case for name in inits.names() for case in general_cases(name)] + OWN_CASES


def inputs_of(model):
    """A batch of Gaussian inputs that fit the first layer."""
    groups, _, channels, *kernel = grouped(weight_layers(model)[0][1]).shape
    shape = (40, groups * channels, *[6] * len(kernel))
    return torch.randn(shape, generator=torch.Generator().manual_seed(1))


def drawn(build, name, given, seed=SEED):
    model = build()
    inits.initialize(model, name, given, seed, inputs_of(model))
    return model


@cache
def examples(model, name, draws=120):
    """One list of weights a draw of the method's example."""
    nets = [drawn(ZOO[model], name, example(name), seed) for seed in range(draws)]
    return [[layer.weight.detach() for _, layer in weight_layers(net)] for net in nets]


def laws(model, name):
    return [law_of(layer, name, example(name)) for _, layer in weight_layers(ZOO[model]())]


def probabilities(model, name, stretch=1.0):
    """P(entry ≤ stretch · value) by the declared law, shape (layers with a law · draws).

    One entry a layer and draw: the entries of one matrix may depend on each other.
    """
    draws = examples(model, name)
    entries = np.array(
        [[weight.flatten()[k % weight.numel()] for weight in one] for k, one in enumerate(draws)]
    )
    columns = zip(laws(model, name), entries.T, strict=True)
    return np.concatenate([law.cdf(stretch * column) for law, column in columns if law is not None])


WITH_LAW = [
    (name, model)
    for name in inits.names()
    for model in models(name)
    if model not in ("kinds_1d", "kinds_3d")  # their laws are those of two dimensions
    if any(law is not None for law in laws(model, name))
]
