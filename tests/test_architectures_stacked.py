"""Models side by side give each seed the bits that it gets alone, by layer and in training."""

from dataclasses import astuple

import numpy as np
import pytest
import torch
from torch import nn

from initbench import architectures, inits
from initbench.architectures.activations import ACTIVATIONS
from initbench.architectures.activations import activation as make_activation
from initbench.architectures.feedforward import Feedforward
from initbench.datasets import Split
from initbench.errors import InitbenchError
from initbench.training.engine import train_block
from initbench.training.ensemble import stack
from initbench.training.protocol import Protocol

SEEDS = range(30, 35)
PARTS = (slice(0, 1), slice(2, 3), slice(1, 4))
SIZES = (3, 8, 13)
PRECISIONS = (torch.float32, torch.float64)


class Shift(nn.Module):
    """A scale and a shift, scalar or by feature, that every init sets to 0.7 and 0.1."""

    FIXED_START = True

    def __init__(self, features):
        super().__init__()
        self.scale = nn.Parameter(torch.empty(features))
        self.shift = nn.Parameter(torch.empty(features))

    def reset_parameters(self):
        nn.init.constant_(self.scale, 0.7)
        nn.init.constant_(self.shift, 0.1)

    def forward(self, x):
        return x * self.scale + self.shift


class Mixer(Feedforward):
    """All kinds of features-last layers, for inputs (..., features) or (..., tokens, features)."""

    def __init__(self, width, shifts, activation):
        super().__init__()
        self.activation = make_activation(activation)
        self.first, self.shift = nn.Linear(5, width), Shift(shifts)
        self.second, self.norm = nn.Linear(width, width), nn.LayerNorm(width)
        self.final = nn.Linear(width, 2)

    def states(self, x):
        x = self.shift(self.activation(self.first(x)))
        yield "first", x
        x = x + self.activation(self.norm(self.second(x)))
        yield "second", x
        yield "final", self.final(x)


def drawn(build, kind):
    models = [build().to(kind) for _ in SEEDS]
    for seed, model in zip(SEEDS, models, strict=True):
        inits.initialize(model, "orthogonal", {"bias": "default"}, seed)
    return models


def numbers(models, seeds, x):
    """All states of the stacked `models`, and the gradients of parameters and inputs."""
    model, x = stack(models, seeds), x.clone().requires_grad_()
    states = [state for _, state in model.states(x)]
    logits = states[-1].flatten(1)
    (logits.square().sum(1) + logits.sum(1)).sum().backward()
    return [*states, *(p.grad for p in model.parameters()), x.grad]


def assert_bits_do_not_depend_on_the_block(build, shape):
    for kind in PRECISIONS:
        models = drawn(build, kind)
        for samples in (7, 16):
            stream = torch.Generator().manual_seed(samples)
            x = torch.randn(len(SEEDS), samples, *shape, generator=stream, dtype=kind)
            whole = numbers(models, SEEDS, x)
            for rows in PARTS:
                part = numbers(models[rows], SEEDS[rows], x[rows])
                assert all(torch.equal(a[rows], b) for a, b in zip(whole, part, strict=True))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation(name):
    for width in SIZES:
        spec = {"family": "mlp", "inputs": 3, "width": width, "depth": 2, "activation": name}
        assert_bits_do_not_depend_on_the_block(lambda spec=spec: architectures.build(spec), (3,))


@pytest.mark.parametrize("normalize", [True, False])
def test_layer_normalisation(normalize):
    for width in (*SIZES, 64):
        spec = {"family": "net_with_layer_norm", "inputs": 3, "width": width}
        spec["normalize"] = normalize
        assert_bits_do_not_depend_on_the_block(lambda spec=spec: architectures.build(spec), (3,))


@pytest.mark.parametrize("name", ["relu", "tanh", "silu"])
def test_convolutions(name):
    for channels, size in ((3, 5), (4, 8), (16, 7)):
        spec = {"family": "conv_stack", "channels": channels, "depth": 2, "activation": name}
        assert_bits_do_not_depend_on_the_block(
            lambda spec=spec: architectures.build(spec), (1, size, size)
        )


@pytest.mark.parametrize("shape", [(5,), (6, 5), (2, 3, 5)], ids=["vectors", "tokens", "grids"])
@pytest.mark.parametrize("scalar", [True, False], ids=["scalar", "by feature"])
def test_fixed_starts_and_middle_axes(shape, scalar):
    for width in SIZES:
        assert_bits_do_not_depend_on_the_block(
            lambda width=width: Mixer(width, 1 if scalar else width, "gelu"), shape
        )


MODELS = {
    "layer norm": (
        lambda: architectures.build({"family": "net_with_layer_norm", "inputs": 5, "width": 7}),
        (5,),
    ),
    "simple net": (lambda: architectures.build({"family": "simple_net", "input_size": 5}), (5,)),
    "convolutions": (
        lambda: architectures.build({"family": "conv_stack", "channels": 3, "depth": 2}),
        (1, 6, 6),
    ),
    "tokens": (lambda: Mixer(7, 7, "tanh"), (4, 5)),
}


@pytest.mark.parametrize("name", MODELS)
def test_stacked_models_compute_what_the_single_ones_do(name):
    build, shape = MODELS[name]
    models = drawn(build, torch.float64)
    stream = torch.Generator().manual_seed(9)
    x = torch.randn(len(SEEDS), 9, *shape, generator=stream, dtype=torch.float64)
    stacked = stack(models, SEEDS)
    for row, model in enumerate(models):
        for (_, many), (_, one) in zip(stacked.states(x), model.states(x[row]), strict=True):
            torch.testing.assert_close(many[row], one, rtol=1e-10, atol=1e-12)
    names = [n for n, _ in models[0].named_parameters()]
    assert [n for n, _ in stacked.named_parameters()] == names
    assert all(p.shape[0] == len(SEEDS) and p.is_leaf for p in stacked.parameters())


def make_split(shape):
    stream = np.random.RandomState(0)
    x = stream.standard_normal((len(SEEDS), 50, *shape)).astype(np.float32)
    y = (x.reshape(len(SEEDS), 50, -1)[..., 0] > 0).astype(np.int64)
    return Split(x[:, :30], y[:, :30], x[:, 30:], y[:, 30:])


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("name", ["layer norm", "convolutions"])
def test_trained_together_equals_trained_alone(name, optimizer):
    spec, shape = {
        "layer norm": ({"family": "net_with_layer_norm", "inputs": 5, "width": 7}, (5,)),
        "convolutions": ({"family": "conv_stack", "channels": 3, "depth": 2}, (1, 6, 6)),
    }[name]
    recipe = Protocol.of(
        {"optimizer": optimizer, "learning_rate": 0.05, "batch": 8, "epochs": 2}
        | {"evaluate": {"train": "each"}, "record": {"gradients": "each"}}
    )
    split, init = make_split(shape), {"method": "he_normal", "bias": "default"}
    whole = train_block(spec, init, recipe, split, SEEDS)
    for rows in PARTS:
        some = Split(*(array[rows] for array in astuple(split)))
        part = train_block(spec, init, recipe, some, SEEDS[rows])
        for table in ("curves", "layers", "outcomes"):
            frame = whole[table].to_pandas()
            expected = frame[frame.seed.isin(SEEDS[rows])].reset_index(drop=True)
            assert part[table].to_pandas().equals(expected), table


@pytest.mark.parametrize(
    ("layer", "name"), [(nn.BatchNorm1d(3), "inner"), (nn.Bilinear(2, 2, 2), "inner")], ids=str
)
def test_a_layer_of_another_kind_is_refused(layer, name):
    model = architectures.build({"family": "mlp", "inputs": 3, "width": 3, "depth": 1})
    model.inner = layer
    with pytest.raises(InitbenchError, match=rf"'{name}' is a {type(layer).__name__}"):
        stack([model, model], range(2))


def test_a_parameter_of_the_model_itself_is_refused():
    model = architectures.build({"family": "mlp", "inputs": 3, "width": 3, "depth": 1})
    model.scale = nn.Parameter(torch.ones(1))
    with pytest.raises(InitbenchError, match="is a MLP with parameters"):
        stack([model, model], range(2))
