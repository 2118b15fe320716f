"""The families of architectures: layers, states and shapes, and activations by their names."""

import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import layer_norm

from initbench import architectures, inits
from initbench.architectures import simple_net
from initbench.architectures._activations import ACTIVATIONS, Sine, activation, name_of
from initbench.errors import InitbenchError
from stacked_nets import FAMILIES


def built(family, method="orthogonal", **parameters):
    model = architectures.build({"family": family, **parameters})
    inits.initialize(model, method, {}, 1)
    return model


def noise(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def states(model, x):
    with torch.no_grad():
        return dict(model.states(x))


@pytest.mark.parametrize(
    "family",
    [
        *("conv_stack", "deep_tanh_mlp", "mlp", "mnist_net"),
        *("net_with_layer_norm", "simple_net", "softmax_regression"),
    ],
)
def test_a_family_yields_its_layers_in_order(family):
    spec, shape = FAMILIES[family]
    model = built(**spec)
    assert list(states(model, noise(7, *shape))) == [
        name for name, layer in model.named_modules() if isinstance(layer, nn.Linear | nn.Conv2d)
    ]


@pytest.mark.parametrize("family", ["mlp", "net_with_layer_norm"])
def test_images_are_flattened_where_they_have_as_many_pixels_as_inputs(family):
    model = built(family, inputs=784, width=6, depth=2)
    images = noise(3, 1, 28, 28)
    assert torch.equal(model(images), model(images.flatten(1)))
    assert model(noise(2, 3, 1, 28, 28)).shape[:2] == (2, 3)


def test_simple_net_records_what_the_document_records():
    model = built("simple_net", "he_normal")
    x = noise(1000, 100)
    first, second, third = simple_net.activations(model, x)
    assert [first.shape, second.shape, third.shape] == [(1000, 100), (1000, 100), (1000, 10)]
    weights = [p.detach().double().numpy() for p in (model.fc1.weight, model.fc2.weight)]
    by_hand = x.double().numpy() @ weights[0].T
    assert np.allclose(first, by_hand, atol=1e-5)
    assert first.min() < -1
    assert np.allclose(second, np.maximum(by_hand, 0) @ weights[1].T, atol=1e-4)


def test_simple_net_takes_the_sizes_of_the_document():
    model = built("simple_net", input_size=7, hidden_size=5, output_size=3)
    assert [tuple(p.shape) for p in model.parameters()] == [
        (5, 7),
        (5,),
        (5, 5),
        (5,),
        (3, 5),
        (3,),
    ]


def test_layer_norm_stands_between_layer_and_activation():
    model = built("net_with_layer_norm", inputs=5, width=6)
    names = [name for name, _ in model.named_children() if name != "activation"]
    assert names == ["fc1", "ln1", "fc2", "ln2", "fc3"]
    x = noise(4, 5)
    first = layer_norm(model.fc1(x), [6]).relu()
    second = layer_norm(model.fc2(first), [6]).relu()
    assert torch.allclose(model(x), model.fc3(second), atol=1e-6)


def test_without_normalisation_the_same_weights_make_the_plain_network():
    plain = built("net_with_layer_norm", "he_normal", inputs=5, width=6, normalize=False)
    normed = built("net_with_layer_norm", "he_normal", inputs=5, width=6)
    assert not any("ln" in name for name, _ in plain.named_parameters())
    for name, parameter in plain.named_parameters():
        assert torch.equal(parameter, normed.get_parameter(name))
    x = noise(4, 5)
    assert torch.equal(plain(x), plain.fc3(plain.fc2(plain.fc1(x).relu()).relu()))


def test_the_scale_of_the_weights_does_not_change_a_normalised_network():
    model = built("net_with_layer_norm", "he_normal", inputs=5, width=16, depth=4)
    x = noise(30, 5)
    before = model(x)
    with torch.no_grad():
        model.fc2.weight.mul_(30)
    assert torch.allclose(model(x), before, atol=1e-4)


def test_convolutions_keep_the_size_of_the_image_and_the_head_sees_channel_means():
    model = built("conv_stack", "he_normal", inputs=3, channels=4, depth=2, classes=5)
    found = states(model, noise(6, 3, 9, 9))
    assert [tuple(state.shape) for state in found.values()] == [(6, 4, 9, 9), (6, 4, 9, 9), (6, 5)]
    means = found["layers.1"].mean((2, 3))
    assert torch.allclose(found["final"], means @ model.final.weight.T, atol=1e-6)
    assert (found["layers.0"] >= 0).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_name_gives_an_activation_and_the_activation_its_name(name):
    expected = "leaky_relu_0.01" if name == "leaky_relu" else name
    assert name_of(activation(name)) == expected


@pytest.mark.parametrize("module", [nn.LeakyReLU(0.3), nn.ELU(2.0), nn.Hardtanh(), Sine(30.0)])
def test_an_activation_of_other_settings_has_no_name(module):
    with pytest.raises(InitbenchError, match="no activation that has a name"):
        name_of(module)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("leaky_relu_0.2", lambda z: z if z > 0 else 0.2 * z),
        ("elu", lambda z: z if z > 0 else math.expm1(z)),
        ("gelu", lambda z: z * 0.5 * (1 + math.erf(z / math.sqrt(2)))),
        ("silu", lambda z: z / (1 + math.exp(-z))),
        ("sine", math.sin),
    ],
)
def test_activations_are_their_formulas(name, function):
    z = torch.linspace(-4, 4, 41, dtype=torch.float64)
    expected = [function(value) for value in z.tolist()]
    assert activation(name)(z).tolist() == pytest.approx(expected, abs=1e-12)


def test_the_frequency_of_the_sine_is_a_setting():
    assert Sine(30.0)(torch.tensor(0.1)).item() == pytest.approx(math.sin(3.0), rel=1e-5)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"family": "conv_stak"}, "did you mean 'conv_stack'"),
        ({"family": "conv_stack", "kernel": 5}, "Unknown parameter of architecture family"),
        ({"family": "net_with_layer_norm", "normalize": 1}, "expects true or false"),
    ],
)
def test_mistakes_are_refused(spec, message):
    with pytest.raises(InitbenchError, match=message):
        architectures.check(spec)


def test_an_unknown_activation_is_refused():
    with pytest.raises(InitbenchError, match=r"Unknown activation 'rely'; did you mean 'relu'\?"):
        architectures.build({"family": "conv_stack", "activation": "rely"})
