"""The parts of document B's checks on laws, fans and equal units, with answers worked out here."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from initbench.checks import _draws as draws
from initbench.checks import equal_units, fans, laws
from initbench.claims.adjudicators.kit.registry import adjudicator
from mnist_world import World
from synthetic import checks as check_table

SEED = 2_000_000
sizes = st.integers(2, 40)


@given(sizes, sizes)
@settings(max_examples=30, deadline=None)
def test_the_width_that_torch_applies_is_found_without_noise(outputs, inputs):
    shape = (outputs, inputs)
    expected = {
        "xavier_normal_": math.sqrt(2 / (inputs + outputs)),
        "xavier_uniform_": math.sqrt(6 / (inputs + outputs)),
        "kaiming_normal_": math.sqrt(2 / inputs),
        "kaiming_uniform_": math.sqrt(6 / inputs),
    }
    for function, width in expected.items():
        assert draws.implied_width(function, shape) == pytest.approx(width, rel=1e-12)


def test_draws_are_keyed_by_function_shape_and_seed():
    first = draws.filled("normal_", (8, 8))
    assert np.array_equal(first, draws.filled("normal_", (8, 8)))
    others = (
        draws.filled("normal_", (8, 9))[:, :8],
        draws.filled("normal_", (8, 8), SEED + 1),
        draws.filled("normal_", (8, 8), stream="another"),
    )
    assert not any(np.allclose(first, other) for other in others)
    scaled = draws.filled("normal_", (8, 8), arguments={"std": 3.0})
    assert np.allclose(scaled, 3 * first)


@pytest.mark.parametrize("scheme", ["small", "xavier_normal", "he_normal"])
def test_the_two_libraries_draw_independently(scheme):
    law = laws.SCHEMES[scheme]
    ours = laws.numpy_draw(law, 784, 128, SEED).ravel()
    theirs = law.draw(784, 128, SEED).ravel()
    assert abs(np.corrcoef(np.sort(ours), np.sort(theirs))[0, 1]) > 0.99
    assert abs(np.corrcoef(ours, theirs)[0, 1]) < 4 / math.sqrt(784 * 128)


def test_a_scheme_whose_formula_is_wrong_fails_every_comparison(monkeypatch):
    wrong = laws.Scheme("kaiming_normal_", laws.SCHEMES["xavier_normal"].width)
    monkeypatch.setitem(laws.SCHEMES, "wrong", wrong)
    assert laws.same_law("wrong").value < 1e-6
    for measured in (laws.same_law, laws.std_ratio, laws.formula):
        assert not measured("wrong").passed
    assert not laws.sample_std("wrong", 1.0).passed
    assert laws.formula("wrong").value == pytest.approx(math.sqrt(576 / 64) - 1)


def test_a_uniform_wider_than_its_formula_goes_beyond_it(monkeypatch):
    wide = laws.Scheme("kaiming_uniform_", lambda inputs, outputs: math.sqrt(5 / inputs))
    monkeypatch.setitem(laws.SCHEMES, "wide", wide)
    assert laws.beyond("wide").value == pytest.approx(math.sqrt(6 / 5) - 1, rel=1e-3)
    assert not laws.beyond("wide").passed


@pytest.mark.parametrize(("p", "passed"), [(0.0, False), (0.009, False), (0.02, True), (1.0, True)])
def test_small_p_values_are_violations(p, passed):
    assert laws.p_measured(p, "a test").passed is passed


def test_the_furthest_value_is_on_either_side_and_never_hides_a_nan():
    assert draws.furthest([0.9, 1.05, 1.0], 1) == 0.9
    assert draws.furthest(iter([0.9, 1.2]), 1) == 1.2
    assert math.isnan(draws.furthest([0.9, math.nan, 5.0], 1))


def test_the_global_stream_is_seeded_and_restored():
    torch.manual_seed(7)
    before = torch.get_rng_state()
    with draws.global_stream(SEED, "a"):
        first = torch.rand(3)
    with draws.global_stream(SEED, "a"):
        assert torch.equal(torch.rand(3), first)
    with draws.global_stream(SEED, "b"):
        assert not torch.equal(torch.rand(3), first)
    assert torch.equal(torch.get_rng_state(), before)


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3, 5]))
def test_conv_formulas_count_channels_times_area(inputs, outputs, kernel):
    fan_in, fan_out = fans.torch_fans((outputs, inputs, kernel, kernel))
    assert (fan_in, fan_out) == (inputs * kernel**2, outputs * kernel**2)
    he, xavier = (fans.conv_std(name, inputs, outputs, kernel) for name in ("he", "xavier"))
    assert he**2 * fan_in == pytest.approx(2)
    assert xavier**2 * (fan_in + fan_out) == pytest.approx(2)


def test_a_swapped_fan_is_a_violation(monkeypatch):
    monkeypatch.setattr(fans, "torch_fans", lambda shape: shape[:2])
    assert not fans.linear_fans(0).passed
    assert not fans.conv_fans().passed


def test_spread_and_distance_of_units():
    same = np.full((3, 4), 2.5)
    assert equal_units.spread([same]) == 0
    assert equal_units.spread([same, np.array([[1.0, 4.0], [2.0, 2.0]])]) == 3
    assert equal_units.apart(np.array([[1.0, -4.0], [1.0, -4.0]]), 4.0) == 0
    assert equal_units.apart(np.array([[1.0, -4.0], [2.0, -4.0]]), 4.0) == 0.25
    assert equal_units.apart(np.zeros((2, 2)), 4.0) == 0


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30))
def test_different_numbers_are_counted_but_for_rounding(values):
    array = np.array(values, dtype=float)
    noisy = array * (1 + 1e-14 * np.arange(len(array)) / len(array))
    assert equal_units.distinct(noisy) == len(set(values))


def test_equal_weights_with_unequal_biases_are_different_units():
    states = equal_units._states(equal_units._net("constant", {"value": 0.5, "bias": "default"}))
    assert equal_units.spread(states) > 0.1
    assert [state.shape for state in states] == [(64, 128), (64, 64), (64, 10)]


@pytest.mark.parametrize(("accuracy", "share"), [(0.96, 1.0), (0.1135, 0.0), (0.79, 0.0)])
def test_the_zeroed_net_is_judged_by_its_weights_and_by_what_it_learns(accuracy, share):
    cell = "mnist_ablations/zero_weights"
    tables = World(accuracy={cell: accuracy}, classes={cell: 10}, seeds=5).tables()
    tables.frames["checks"] = check_table({"b14_weight_difference": (0.0, 0.0, 0.0)})
    found = adjudicator("B14")(tables)
    assert set(found) == {"weight_difference", "violations", "sr80", "final"}
    assert found["sr80"].value == share
    assert found["sr80"].n == 5
    assert found["final"].value == pytest.approx(accuracy, abs=1e-3)
    assert found["violations"].value == 0
