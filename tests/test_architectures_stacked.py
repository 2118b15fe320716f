"""Models side by side give each seed the bits that it gets alone, by layer and in training."""

from functools import partial

import pytest
import torch
from torch import nn

from initbench import architectures, inits
from initbench.architectures._activations import ACTIVATIONS
from initbench.architectures._activations import activation as make_activation
from initbench.architectures._feedforward import Feedforward
from initbench.errors import InitbenchError
from initbench.training.ensemble import stack
from stacked_nets import FAMILIES

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


def assert_bits_do_not_depend_on_the_block(build, shape, sizes=(1, 7, 16)):
    for kind in PRECISIONS:
        models = drawn(build, kind)
        for samples in sizes:
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


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_recurrent_layers(cell):
    for hidden in (1, *SIZES, 32):
        spec = {"family": "recurrent", "cell": cell, "inputs": 3, "hidden": hidden, "outputs": 2}
        assert_bits_do_not_depend_on_the_block(
            lambda spec=spec: architectures.build(spec), (3, 3), (1, 7, 64)
        )


@pytest.mark.parametrize("norm", ["pre", "post", "none"])
def test_transformers(norm):
    for width, tokens in ((4, 3), (12, 7), (32, 28)):
        spec = {"family": "transformer", "norm": norm, "layers": 1, "inputs": 5, "width": width}
        assert_bits_do_not_depend_on_the_block(
            lambda spec=spec: architectures.build(spec), (tokens, 5)
        )


@pytest.mark.parametrize("rezero", [True, False])
def test_residual_branches(rezero):
    for width in (*SIZES, 64):
        spec = {"family": "residual", "inputs": 3, "width": width, "blocks": 2, "rezero": rezero}
        assert_bits_do_not_depend_on_the_block(lambda spec=spec: architectures.build(spec), (3,))


def test_sine_layers_from_one_input_or_several():
    for inputs, width in ((1, 3), (1, 64), (2, 13)):
        spec = {"family": "siren", "inputs": inputs, "width": width}
        assert_bits_do_not_depend_on_the_block(
            lambda spec=spec: architectures.build(spec), (spec["inputs"],)
        )


def test_images_averaged_before_and_between_convolutions():
    spec = {"family": "cnn", "depth": 3, "channels": 5}
    assert_bits_do_not_depend_on_the_block(lambda: architectures.build(spec), (1, 28, 28))


MODELS = {
    name: (partial(architectures.build, spec), shape) for name, (spec, shape) in FAMILIES.items()
}
MODELS["tokens"] = (lambda: Mixer(7, 7, "tanh"), (4, 5))


@pytest.mark.parametrize("name", MODELS)
def test_stacked_models_compute_what_the_single_ones_do(name):
    build, shape = MODELS[name]
    models = drawn(build, torch.float64)
    stream = torch.Generator().manual_seed(9)
    x = torch.randn(len(SEEDS), 9, *shape, generator=stream, dtype=torch.float64)
    stacked = stack(models, SEEDS).eval()
    for row, model in enumerate(models):
        model.eval()
        for (_, many), (_, one) in zip(stacked.states(x), model.states(x[row]), strict=True):
            torch.testing.assert_close(many[row], one, rtol=1e-10, atol=1e-12)
    names = [n for n, _ in models[0].named_parameters()]
    assert [n for n, _ in stacked.named_parameters()] == names
    assert all(p.shape[0] == len(SEEDS) and p.is_leaf for p in stacked.parameters())


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
