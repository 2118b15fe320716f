"""LSUV: unit variance before every activation, by an exact rescaling of orthogonal weights."""

import pytest
import torch
from torch import nn

from initbench import architectures
from initbench.errors import InitbenchError
from initbench.inits import initialize
from initbench.inits._common import weight_layers

SEED = 2_000_000
MLP = {"family": "mlp", "inputs": 20, "width": 32, "depth": 12, "classes": 4}
IMAGES = {"family": "conv_stack", "inputs": 2, "channels": 6, "depth": 4}
NORMED = {"family": "net_with_layer_norm", "inputs": 20, "width": 32, "depth": 4, "classes": 4}


def batch(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def lsuv(spec, inputs, kind=torch.float64, **parameters):
    model = architectures.build(spec).to(kind)
    initialize(model, "lsuv", parameters, SEED, inputs)
    return model


def outputs(model, x):
    """The output of every weight layer before its activation."""
    found = []
    layers = [model.get_submodule(name) for name, _ in weight_layers(model)]
    hooks = [
        layer.register_forward_hook(lambda _, __, output: found.append(output)) for layer in layers
    ]
    with torch.no_grad():
        model(x)
    for hook in hooks:
        hook.remove()
    return found


def variances(model, x):
    return [float(output.var(correction=0)) for output in outputs(model, x)]


@pytest.mark.parametrize("name", ["identity", "tanh", "sigmoid", "relu", "elu", "gelu", "silu"])
@pytest.mark.parametrize("bias", ["zero", "default"])
def test_every_layer_ends_with_unit_variance(name, bias):
    x = batch(64, 20)
    model = lsuv({**MLP, "activation": name}, x, bias=bias)
    assert variances(model, x) == pytest.approx([1] * 13, abs=1e-4)


@pytest.mark.parametrize(
    ("spec", "shape"), [(IMAGES, (16, 2, 7, 7)), (NORMED, (64, 20))], ids=["conv", "layer norm"]
)
def test_it_holds_for_images_and_behind_layer_normalisation(spec, shape):
    x = batch(*shape)
    assert variances(lsuv(spec, x), x) == pytest.approx([1] * 5, abs=1e-4)


def test_float32_models_take_inputs_of_any_precision():
    x = batch(64, 20)
    for inputs in (x, x.float()):
        model = lsuv({**MLP, "activation": "relu"}, inputs, torch.float32)
        assert variances(model, x.float()) == pytest.approx([1] * 13, abs=1e-3)


def test_the_weights_are_the_orthogonal_draws_times_a_factor():
    x = 5 * batch(64, 20)
    model, start = lsuv({**MLP, "activation": "tanh"}, x), architectures.build(MLP).double()
    initialize(start, "orthogonal", {}, SEED)
    for (_, layer), (_, drawn) in zip(weight_layers(model), weight_layers(start), strict=True):
        factor = layer.weight.norm() / drawn.weight.norm()
        assert torch.allclose(layer.weight, factor * drawn.weight, rtol=1e-12)
        assert not layer.bias.any()


@pytest.mark.parametrize("scale", [0.1, 10])
def test_the_first_layer_undoes_the_scale_of_the_data_and_the_others_do_not_see_it(scale):
    x = batch(64, 20)
    spec = {**MLP, "activation": "tanh"}
    (_, first), *others = weight_layers(lsuv(spec, x))
    (_, scaled_first), *scaled_others = weight_layers(lsuv(spec, scale * x))
    assert torch.allclose(scaled_first.weight * scale, first.weight, rtol=2e-4)
    for (_, layer), (_, scaled) in zip(others, scaled_others, strict=True):
        assert torch.allclose(layer.weight, scaled.weight, rtol=1e-3, atol=1e-4)


def test_a_generous_tolerance_leaves_the_orthogonal_start_alone():
    model = lsuv(MLP, batch(64, 20), tolerance=1e9)
    start = architectures.build(MLP).double()
    initialize(start, "orthogonal", {}, SEED)
    pairs = zip(model.parameters(), start.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)


def test_one_iteration_is_not_enough_beside_random_biases_but_is_with_zero_ones():
    x = 0.01 * batch(64, 20)
    once = {
        bias: variances(lsuv(MLP, x, bias=bias, max_iterations=1), x)
        for bias in ("zero", "default")
    }
    assert once["zero"] == pytest.approx([1] * 13, abs=1e-9)
    assert abs(once["default"][0] - 1) > 0.01


def test_a_layer_behind_a_dead_one_keeps_its_orthogonal_start():
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3)).double()
    initialize(model, "lsuv", {}, SEED, torch.zeros(8, 3))
    for layer in (model[0], model[2]):
        assert torch.allclose(layer.weight @ layer.weight.T, torch.eye(3, dtype=torch.float64))


@pytest.mark.parametrize("training", [True, False])
def test_the_mode_and_the_hooks_of_the_model_are_left_as_they_were(training):
    model = architectures.build({"family": "mnist_net", "dropout": 0.5}).train(training)
    initialize(model, "lsuv", {}, SEED, batch(10, 1, 28, 28))
    assert model.training is training
    assert not any(module._forward_hooks for module in model.modules())


class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.step, self.head = nn.Linear(3, 3), nn.Linear(3, 2)

    def forward(self, x):
        for _ in range(3):
            x = torch.tanh(self.step(x))
        return self.head(x)


def test_a_layer_that_is_called_more_than_once_is_refused_and_the_model_left_alone():
    model = Loop().double()
    with pytest.raises(InitbenchError, match="'step' is 3 times called in a forward pass"):
        initialize(model, "lsuv", {}, SEED, batch(8, 3))
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())


def test_a_forward_pass_that_works_in_place_changes_neither_the_batch_nor_the_model():
    x = batch(16, 3).float()
    kept = x.clone()
    model = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(3, 4), nn.ELU(inplace=True))
    initialize(model, "lsuv", {}, SEED, x)
    assert torch.equal(x, kept)
    assert float(model[1](x.relu()).detach().var(correction=0)) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("inputs", [torch.float64, torch.bfloat16, torch.int64])
def test_half_precision_models_are_measured_in_float32(kind, inputs):
    x = (5 * batch(64, 20)).round().to(inputs)
    model = lsuv({**MLP, "activation": "tanh"}, x, kind)
    assert variances(model, x.to(kind)) == pytest.approx([1] * 13, abs=0.05)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_batch_that_is_not_finite_is_refused(value):
    with pytest.raises(InitbenchError, match="give it finite inputs"):
        lsuv(MLP, torch.full((4, 20), value))


def test_a_layer_that_the_forward_pass_never_calls_is_refused():
    recurrent = {"family": "recurrent", "cell": "lstm", "inputs": 3, "hidden": 4, "outputs": 2}
    with pytest.raises(InitbenchError, match=r"'input_map' is never called"):
        lsuv(recurrent, batch(16, 5, 3))
