"""Gains, scale and rate, deep linear nets, gates, baselines: golden numbers and simulations."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from initbench.theory import baselines, dynamics, gains, mean_field, scale
from initbench.theory.activations import activation

GAINS = {
    "relu": 1.4142, "leaky_relu_0.2": 1.3868, "tanh": 1.5925, "gelu": 1.5335, "silu": 1.6765,
    "elu": 1.2452, "selu": 1.0, "identity": 1.0,
}  # fmt: skip
few = settings(max_examples=40, deadline=None)


# Gains


@pytest.mark.parametrize(("name", "gain"), GAINS.items())
def test_forward_gains(name: str, gain: float) -> None:
    assert gains.forward_gain(name) == pytest.approx(gain, abs=6e-5)
    z = np.random.default_rng(0).standard_normal(400_000)
    sampled = 1 / math.sqrt(np.mean(activation(name).function(z) ** 2))
    assert gains.forward_gain(name) == pytest.approx(sampled, rel=0.01)


def test_torchs_gains_are_those_of_torch() -> None:
    from torch.nn.init import calculate_gain

    names = {"identity": "linear", "leaky_relu_0.01": "leaky_relu", "leaky_relu_0.2": "leaky_relu"}
    slopes = {"leaky_relu_0.01": 0.01, "leaky_relu_0.2": 0.2}
    for name, gain in gains.TORCH_GAINS.items():
        assert gain == pytest.approx(calculate_gain(names.get(name, name), slopes.get(name)))


def test_a_unit_forward_gain_is_not_the_critical_gain() -> None:
    gain = gains.forward_gain("tanh")
    assert mean_field.fixed_point("tanh", gain**2, 0.0) == pytest.approx(1)
    assert mean_field.chi_1("tanh", gain**2, 0.0) == pytest.approx(1.178, abs=5e-4)
    for name in ("relu", "leaky_relu_0.01", "leaky_relu_0.2"):
        assert gains.TORCH_GAINS[name] == pytest.approx(gains.forward_gain(name))


# Scale and rate


def gradients(weights: list[np.ndarray], x: np.ndarray) -> list[np.ndarray]:
    """Return the gradients of the sum of the outputs of a ReLU net without bias."""
    states = [x]
    for weight in weights[:-1]:
        states.append(np.maximum(weight @ states[-1], 0))
    back, found = np.ones((weights[-1].shape[0], x.shape[1])), []
    for weight, state in zip(weights[::-1], states[::-1], strict=True):
        found.insert(0, back @ state.T)
        back = (weight.T @ back) * (state > 0)
    return found


@pytest.mark.parametrize("layers", [2, 3, 5])
def test_homogeneous_nets_on_the_iso_rate_line_move_alike(layers: int) -> None:
    rng, factor, rate = np.random.default_rng(3), 1.7, 0.002
    x = rng.standard_normal((4, 16))
    weights = [rng.standard_normal((4, 4)) / 2 for _ in range(layers)]
    scaled = [factor * weight for weight in weights]
    for _ in range(20):
        moved = gradients(weights, x), gradients(scaled, x)
        weights = [w - rate * g for w, g in zip(weights, moved[0], strict=True)]
        other = scale.iso_rate(rate, factor, layers)
        scaled = [w - other * g for w, g in zip(scaled, moved[1], strict=True)]
    for one, two in zip(weights, scaled, strict=True):
        np.testing.assert_allclose(two, factor * one, rtol=1e-9, atol=1e-12)


def test_the_iso_rate_line_has_slope_two_minus_the_layers() -> None:
    slope = math.log(scale.iso_rate(1.0, math.e, 7))
    assert slope == pytest.approx(-5)


def test_layernorm_divides_the_gradient_by_the_scale() -> None:
    rng = np.random.default_rng(0)
    weight, x, target = rng.standard_normal((3, 8)), rng.standard_normal(8), rng.standard_normal(3)

    def output(w: np.ndarray) -> float:
        u = w.reshape(3, 8) @ x
        return float(target @ ((u - u.mean()) / u.std()))

    def slope(factor: float) -> np.ndarray:
        return optimize.approx_fprime(factor * weight.ravel(), output, 1e-7)

    assert output(5 * weight) == pytest.approx(output(weight))
    np.testing.assert_allclose(slope(5), scale.layernorm_gradient(slope(1), 5), atol=1e-5)
    relative = 0.1 * slope(5) / 5  # step of one gradient descent in units of the weights
    expected = scale.layernorm_effective_rate(0.1, 5) * slope(1)
    np.testing.assert_allclose(relative, expected, atol=1e-6)


# Dynamics


def test_deep_linear_modes_against_their_differential_equation() -> None:
    strength, start, constant = 3.0, 0.01, 2.0
    times = np.linspace(0, 6, 13)
    solved = integrate.solve_ivp(
        lambda _, u: 2 * u * (strength - u) / constant,
        (0, 6),
        [start],
        t_eval=times,
        rtol=1e-9,
        atol=1e-12,
    )
    found = dynamics.deep_linear_mode(times, strength, start, constant)
    np.testing.assert_allclose(found, solved.y[0], rtol=1e-6)
    grown = math.exp(2 * strength * 1.5 / constant)
    printed = strength * grown / (grown - 1 + strength / start)
    assert dynamics.deep_linear_mode(1.5, strength, start, constant) == pytest.approx(printed)
    assert dynamics.deep_linear_mode(1e6, strength, start, constant) == strength


def test_deep_linear_modes_against_gradient_descent() -> None:
    strength, rate, first, second = 2.0, 1e-4, 0.1, 0.1
    for _ in range(10_000):
        error = strength - first * second
        first, second = first + rate * error * second, second + rate * error * first
    learned = dynamics.deep_linear_mode(1.0, strength, 0.01, constant=1.0)
    assert first * second == pytest.approx(float(learned), rel=2e-3)


@pytest.mark.parametrize("bias", [-1.0, 0.0, 1.0, 5.0])
def test_half_life_of_a_cell(bias: float) -> None:
    kept = 1 / (1 + math.exp(-bias))
    assert kept ** dynamics.forget_half_life(bias) == pytest.approx(0.5)


def test_half_lives_in_steps() -> None:
    assert dynamics.forget_half_life(0) == 1
    assert dynamics.forget_half_life(1) == pytest.approx(2.213, abs=5e-4)
    assert dynamics.forget_half_life(50) == pytest.approx(math.log(2) * math.exp(50))


# Baselines


def test_cross_entropy_of_nets_that_have_learned_nothing() -> None:
    assert baselines.small_logit_loss(10) == pytest.approx(2.302585, abs=1e-6)
    assert baselines.constant_predictor_loss([0.1] * 10) == pytest.approx(math.log(10))
    assert baselines.constant_predictor_loss([1.0, 0.0]) == 0
    assert baselines.constant_predictor_loss([0.9, 0.1]) == pytest.approx(0.325083, abs=1e-6)


@few
@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=6), st.data())
def test_no_constant_prediction_beats_the_class_shares(weights: list[float], data) -> None:
    shares = np.array(weights) / sum(weights)
    other = data.draw(st.lists(st.floats(0.01, 1), min_size=shares.size, max_size=shares.size))
    guess = np.array(other) / sum(other)
    floor = baselines.constant_predictor_loss(shares)
    assert floor <= -(shares * np.log(guess)).sum() + 1e-12
    assert floor == pytest.approx(stats.entropy(shares))


def test_baselines_of_the_memory_tasks() -> None:
    pairs = np.random.default_rng(0).uniform(size=(200_000, 2)).sum(axis=1)
    assert pytest.approx(pairs.var(), abs=2e-3) == baselines.ADDING_BASELINE
    assert baselines.copy_baseline(80) == pytest.approx(0.207944, abs=1e-6)
    # T blanks, ten unknown symbols and ten more steps that are certain.
    losses = np.r_[np.zeros(80 + 10), np.full(10, math.log(8))]
    assert baselines.copy_baseline(80) == pytest.approx(losses.mean())


def test_born_dead_against_drawn_nets() -> None:
    """For one input the bound is the probability itself."""
    widths, draws = [2, 3, 2, 2], 40_000
    rng, state = np.random.default_rng(0), np.ones((draws, 1, 1))
    for width in widths:
        weight = rng.standard_normal((draws, width, state.shape[1]))
        state = np.maximum(weight @ state, 0)
    dead = (state == 0).all(axis=(1, 2)).mean()
    assert dead == pytest.approx(baselines.born_dead_bound(widths), abs=0.01)
    assert baselines.born_dead_bound([2] * 8) == pytest.approx(1 - 0.75**8)
