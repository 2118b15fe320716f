"""Inits of residual branches: which layers they change, by how much, and what that does."""

import math

import pytest
import torch
from torch import nn

from initbench import architectures
from initbench.errors import InitbenchError
from initbench.inits import initialize
from initbench.inits._branches import branches
from initbench.inits._common import weight_layers

SEED = 2_000_000
FIRST, LAST, OUTSIDE = "first", "second", "outside"


def net(blocks=4, method="he_normal", seed=SEED, rezero=False, **parameters):
    spec = {"family": "residual", "inputs": 20, "width": 16, "blocks": blocks, "rezero": rezero}
    model = architectures.build(spec).double()
    initialize(model, method, parameters, seed)
    return model


def factors(method, blocks=4, **parameters):
    """Return by what each weight of He is multiplied, one number a place, equal in all blocks."""
    found = {}
    pairs = zip(
        weight_layers(net(blocks, method, **parameters)), weight_layers(net(blocks)), strict=True
    )
    for (name, layer), (_, he) in pairs:
        factor = (layer.weight / he.weight).flatten()[0].item()
        torch.testing.assert_close(layer.weight, factor * he.weight, rtol=1e-9, atol=1e-15)
        place = name.rsplit(".", 1)[-1] if "blocks" in name else name
        assert found.setdefault(place, factor) == pytest.approx(factor, rel=1e-9)
    return found


@pytest.mark.parametrize("blocks", [1, 4, 9])
def test_each_method_scales_hes_draws_in_its_places(blocks):
    root = math.sqrt(blocks)
    small = 0.01 / math.sqrt(2 / 16)
    expected = {
        "branch_scaled": (1, 1, 1 / root, 1),
        "branch_normal": (1, small, small, 1),
        "zero_last": (1, 1, 0, 1),
        "fixup": (1, 1 / root, 0, 0),
    }
    for method, numbers in expected.items():
        found = factors(method, blocks)
        places = ("stem", "first", "second", "head")
        assert found == pytest.approx(dict(zip(places, numbers, strict=True)), rel=1e-9)


def test_the_width_of_small_branches_is_a_setting():
    assert factors("branch_normal", std=0.5)["first"] == pytest.approx(0.5 * math.sqrt(8))


@torch.no_grad()
def growth(model):
    """Return by what the blocks multiply the mean square of the signal."""
    x = torch.randn(200, 20, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    states = list(dict(model.states(x)).values())
    return float(states[-2].square().mean() / states[0].square().mean())


def mean_growth(method, blocks, **parameters):
    return sum(growth(net(blocks, method, seed, **parameters)) for seed in range(20)) / 20


def test_scaled_branches_keep_the_sum_bounded_where_hes_explodes():
    he, scaled = ([mean_growth(m, b) for b in (4, 64)] for m in ("he_normal", "branch_scaled"))
    assert he[1] > 1e6 * he[0]
    assert scaled[1] < 1.5 * math.e
    assert scaled[1] == pytest.approx(scaled[0], rel=0.3)


@pytest.mark.parametrize("method", ["zero_last", "fixup"])
def test_blocks_with_a_zero_last_layer_are_the_identity(method):
    assert growth(net(8, method)) == 1


def test_small_branches_are_nearly_the_identity():
    assert growth(net(8, "branch_normal")) == pytest.approx(1, abs=1e-2)


def test_fixup_starts_at_equal_logits_and_can_leave_them():
    model = net(4, "fixup")
    x = torch.randn(9, 20, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    logits = model(x)
    assert not logits.any()
    nn.functional.cross_entropy(logits, torch.arange(9)).backward()
    assert model.head.weight.grad.abs().max() > 0


def test_rezero_is_he_behind_factors_of_zero():
    model = net(method="rezero", rezero=True)
    for (_, layer), (_, he) in zip(weight_layers(model), weight_layers(net()), strict=True):
        assert torch.equal(layer.weight, he.weight)
    assert all(block.scale.alpha.item() == 0 for block in model.blocks)
    assert growth(model) == 1


def test_branches_are_found_in_order():
    names = [(first, last) for (first, _), (last, _) in branches(net(2))]
    assert names == [(f"blocks.{k}.first", f"blocks.{k}.second") for k in range(2)]


@pytest.mark.parametrize("method", ["branch_scaled", "branch_normal", "zero_last", "fixup"])
def test_a_net_without_branches_is_refused(method):
    with pytest.raises(InitbenchError, match=r"residual branches .* layers are 0, 1; use a model"):
        initialize(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)), method, {}, SEED)


def test_rezero_refuses_a_net_without_factors():
    with pytest.raises(InitbenchError, match="use an architecture with `rezero: true`"):
        net(method="rezero")
