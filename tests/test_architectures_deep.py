"""Residual nets, convolutional nets with positions, SIRENs, and plain features: their formulas."""

import pytest
import torch
from torch import nn
from torch.nn.functional import avg_pool2d, conv2d

from initbench import architectures, inits
from initbench.architectures.cnn import halved

BLOCKS = {"family": "residual", "inputs": 5, "width": 6, "blocks": 3, "classes": 4}


def built(spec, method="default", **parameters):
    model = architectures.build(spec).double()
    inits.initialize(model, method, parameters, 1)
    return model


def noise(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def equal(found, expected):
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


def test_a_block_adds_its_branch_in_pre_activation_order():
    model, x = built(BLOCKS), noise(7, 5)
    states = dict(model.states(x))
    assert list(states) == ["stem", "blocks.0", "blocks.1", "blocks.2", "head"]
    equal(states["stem"], model.stem(x))
    before = states["blocks.0"]
    block = model.blocks[1]
    equal(states["blocks.1"], before + block.second(block.first(before.relu()).relu()))
    equal(states["head"], model.head(states["blocks.2"].relu()))
    assert torch.equal(model(x), states["head"])


def test_layers_of_branches_have_their_names():
    layers = [name for name, m in built(BLOCKS).named_modules() if isinstance(m, nn.Linear)]
    branches = [f"blocks.{k}.{place}" for k in range(3) for place in ("first", "second")]
    assert layers == ["stem", *branches, "head"]


def test_rezero_multiplies_each_branch_by_a_number_that_starts_at_zero():
    model, x = built({**BLOCKS, "rezero": True}), noise(7, 5)
    states = dict(model.states(x))
    assert torch.equal(states["blocks.2"], states["stem"])
    assert [p.shape for name, p in model.named_parameters() if "scale" in name] == [(1,)] * 3
    model.blocks[1].scale.alpha.data.fill_(-0.7)
    block, stem = model.blocks[1], states["stem"]
    branch = block.second(block.first(stem.relu()).relu())
    equal(dict(model.states(x))["blocks.2"], stem - 0.7 * branch)
    assert not any("scale" in name for name, _ in built(BLOCKS).named_parameters())


def test_only_the_factor_of_a_closed_branch_has_a_gradient():
    model = built({**BLOCKS, "rezero": True})
    model(noise(7, 5)).square().sum().backward()
    for block in model.blocks:
        assert block.scale.alpha.grad.item() != 0
        assert not block.first.weight.grad.any()
        assert not block.second.weight.grad.any()


def test_residual_nets_flatten_images():
    model = built({"family": "residual", "blocks": 1})
    images = noise(3, 1, 28, 28)
    assert torch.equal(model(images), model(images.flatten(1)))


def test_averaging_pixels_is_average_pooling():
    images = noise(2, 3, 6, 8)
    equal(halved(images), avg_pool2d(images, 2))
    assert torch.equal(halved(noise(5, 2, 3, 6, 8))[1], halved(noise(5, 2, 3, 6, 8)[1]))


def test_the_convolutional_net_by_hand():
    model = built({"family": "cnn", "depth": 4, "channels": 3, "classes": 4})
    images = noise(5, 1, 28, 28)
    states = dict(model.states(images))
    x = avg_pool2d(images, 2)
    for k, layer in enumerate(model.layers):
        x = avg_pool2d(x, 2) if k == 2 else x
        x = conv2d(x, layer.weight, layer.bias, padding=1).relu()
        assert x.shape == (5, 3, *([14, 14] if k < 2 else [7, 7]))
        equal(states[f"layers.{k}"], x)
    equal(states["final"], model.final(x.flatten(1)))
    assert list(states) == [*(f"layers.{k}" for k in range(4)), "final"]


@pytest.mark.parametrize("depth", [1, 2])
def test_a_shallow_convolutional_net_halves_the_image_before_its_head(depth):
    model = built({"family": "cnn", "depth": depth})
    *_, (_, last), (_, logits) = model.states(noise(5, 1, 28, 28))
    assert last.shape == (5, 8, 14, 14)
    equal(logits, model.final(avg_pool2d(last, 2).flatten(1)))


def test_the_convolutional_net_sees_where_things_are():
    model = built({"family": "cnn", "depth": 1})
    corner, centre = torch.zeros(2, 1, 1, 28, 28, dtype=torch.float64)
    corner[..., 4:8, 4:8], centre[..., 12:16, 12:16] = 1, 1
    assert not torch.allclose(model(corner), model(centre))


@pytest.mark.parametrize("omega", [30.0, 1.0])
def test_a_siren_is_sines_of_linear_maps(omega):
    model = built({"family": "siren", "inputs": 2, "width": 5, "outputs": 3, "omega": omega})
    x = noise(7, 2)
    states = dict(model.states(x))
    for k, layer in enumerate(model.layers):
        x = torch.sin(omega * (x @ layer.weight.T + layer.bias))
        equal(states[f"layers.{k}"], x)
    equal(states["final"], x @ model.final.weight.T + model.final.bias)
    assert list(states) == ["layers.0", "layers.1", "layers.2", "final"]
    assert model.activation.omega == omega


def test_a_siren_has_the_sizes_of_the_paper_by_default():
    model = built({"family": "siren"})
    assert model(noise(4, 1)).shape == (4, 1)
    assert [tuple(layer.weight.shape) for layer in model.layers] == [(64, 1), (64, 64), (64, 64)]
    assert model.activation.omega == 30


@pytest.mark.parametrize("family", ["softmax_regression", "mlp"])
def test_plain_features_and_images_are_taken_alike(family):
    extra = {"width": 8, "depth": 2} if family == "mlp" else {}
    model = built({"family": family, "inputs": 36, "classes": 3, **extra})
    images = noise(4, 1, 6, 6)
    assert torch.equal(model(images), model(images.flatten(1)))
    assert model(noise(2, 4, 36)).shape == (2, 4, 3)
