"""Mean-field maps: golden numbers, quadrature against SciPy, maps against simulated nets."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from initbench.errors import InitbenchError
from initbench.theory import mean_field
from initbench.theory.activations import ACTIVATIONS, activation
from initbench.theory.quadrature import gaussian_mean, gaussian_product_mean

NAMES = sorted(ACTIVATIONS)
OWN_CRITICAL = sorted(set(NAMES) - {"sigmoid"})  # at q* = 1
correlations = st.floats(-1, 1)
few = settings(max_examples=40, deadline=None)


# Activations and quadrature


@pytest.mark.parametrize("name", NAMES)
def test_derivatives_against_differences(name: str) -> None:
    u = np.array([-30.0, -3.0, -1.0, -0.2, 0.3, 1.0, 2.5, 30.0])
    function, step = activation(name).function, 1e-5
    differences = (function(u + step) - function(u - step)) / (2 * step)
    np.testing.assert_allclose(activation(name).derivative(u), differences, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "u", "value"),
    [
        ("gelu", 1.0, 0.8413447461),
        ("silu", 1.0, 0.7310585786),
        ("elu", -1.0, -0.6321205588),
        ("selu", -1.0, -1.1113307378),
        ("leaky_relu_0.2", -1.0, -0.2),
        ("sigmoid", 0.0, 0.5),
    ],
)
def test_activations_at_one_point(name: str, u: float, value: float) -> None:
    assert activation(name).function(np.array([u]))[0] == pytest.approx(value, abs=1e-10)


def test_an_unknown_activation_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InitbenchError, match="did you mean 'leaky_relu"):
        mean_field.second_moment("leaky_relu_0.1", 1.0)


@pytest.mark.parametrize("q", [0.01, 1.0, 400.0])
@pytest.mark.parametrize("name", NAMES)
def test_moments_against_adaptive_integration(name: str, q: float) -> None:
    function = activation(name).function

    def integrand(u: float) -> float:
        return float(function(np.array(u)) ** 2) * stats.norm.pdf(u, scale=math.sqrt(q))

    reach = 9 * math.sqrt(q)
    halves = [integrate.quad(integrand, *ends, limit=200) for ends in ((-reach, 0), (0, reach))]
    assert mean_field.second_moment(name, q) == pytest.approx(sum(h[0] for h in halves), rel=1e-8)


def test_gaussian_moments() -> None:
    assert gaussian_mean(lambda u: u**2, 3.0) == pytest.approx(3, rel=1e-13)
    assert gaussian_mean(lambda u: u**4, 2.0) == pytest.approx(12, rel=1e-12)
    assert gaussian_product_mean(lambda u: u, 3.0, -0.4) == pytest.approx(-1.2, rel=1e-12)
    # Isserlis: E u₁²u₂² = q²(1 + 2c²).
    assert gaussian_product_mean(lambda u: u**2, 2.0, 0.3) == pytest.approx(4 * 1.18, rel=1e-12)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "elu", "gelu"])
def test_products_against_monte_carlo(name: str) -> None:
    z = np.random.default_rng(0).standard_normal((2, 400_000))
    c, q = 0.6, 2.0
    u = math.sqrt(q) * np.stack([z[0], c * z[0] + math.sqrt(1 - c**2) * z[1]])
    products = activation(name).function(u).prod(axis=0)
    error = products.std() / math.sqrt(products.size)
    found = gaussian_product_mean(activation(name).function, q, c)
    assert found == pytest.approx(products.mean(), abs=4 * error)


@few
@given(correlations)
def test_the_correlation_map_of_relu_has_its_closed_form(c: float) -> None:
    closed = float(mean_field.relu_correlation(c))
    assert mean_field.correlation_map("relu", 0.7, c, 2.0, 0.0) == pytest.approx(closed, abs=1e-12)


@few
@given(st.sampled_from(NAMES), st.floats(0.01, 50))
def test_equal_inputs_stay_equal(name: str, q: float) -> None:
    assert mean_field.correlation_map(name, q, 1.0, 1.3, 0.1) == pytest.approx(1, abs=1e-11)


# Golden numbers


@pytest.mark.parametrize(
    ("weights", "chi"), [(1.0, 0.759), (1.5, 0.939), (1.76, 0.9998), (2.0, 1.048), (3.0, 1.209)]
)
def test_chi_of_tanh_over_the_weight_variance(weights: float, chi: float) -> None:
    assert mean_field.chi_1("tanh", weights, 0.05) == pytest.approx(chi, abs=6e-4)


def test_critical_points_of_tanh() -> None:
    assert mean_field.critical("tanh", 0.0259) == pytest.approx((1.05, 2.01e-5), rel=3e-3)
    assert mean_field.critical("tanh", 0.8214) == pytest.approx((2.00, 0.104), rel=3e-3)


@pytest.mark.parametrize(
    ("name", "weights"),
    [("identity", 1), ("relu", 2), ("leaky_relu_0.01", 2 / 1.0001), ("leaky_relu_0.2", 2 / 1.04)],
)
def test_critical_points_of_homogeneous_activations(name: str, weights: float) -> None:
    assert mean_field.critical(name, 0.3) == pytest.approx((weights, 0), abs=1e-9)
    assert mean_field.critical(name, 3.0) == pytest.approx((weights, 0), abs=1e-9)


@pytest.mark.parametrize("name", OWN_CRITICAL)
def test_a_critical_point_is_a_fixed_point_of_slope_one(name: str) -> None:
    point = mean_field.critical(name, 1.0)
    assert mean_field.variance_map(name, 1.0, *point) == pytest.approx(1, rel=1e-12)
    assert mean_field.chi_1(name, *point) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("name", OWN_CRITICAL)
def test_the_slope_of_the_variance_map_is_its_difference(name: str) -> None:
    above, below = (mean_field.variance_map(name, q, 1.7, 0.1) for q in (2.001, 1.999))
    slope = mean_field.variance_slope(name, 2.0, 1.7)
    assert slope == pytest.approx((above - below) / 0.002, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "slope"),
    [("tanh", 0.391), ("elu", 0.860), ("selu", 0.730), ("gelu", 1.067), ("silu", 1.099)],
)
def test_some_critical_points_attract_and_others_repel(name: str, slope: float) -> None:
    weights, biases = mean_field.critical(name, 1.0)
    assert mean_field.variance_slope(name, 1.0, weights) == pytest.approx(slope, abs=6e-4)
    drift = [mean_field.variance_map(name, q, weights, biases) - q for q in (0.9, 1.1)]
    assert (drift[0] < 0 < drift[1]) is (slope > 1)


def test_sigmoid_is_critical_only_at_a_large_variance() -> None:
    with pytest.raises(InitbenchError, match=r"no critical point at q\* = 1.*try a larger"):
        mean_field.critical("sigmoid", 1.0)
    point = mean_field.critical("sigmoid", 64.0)
    assert mean_field.fixed_point("sigmoid", *point) == pytest.approx(64)
    assert mean_field.chi_1("sigmoid", *point) == pytest.approx(1, abs=1e-9)


def test_tanh_with_xavier_dies_out_as_one_over_twice_the_layer() -> None:
    layers = mean_field.variances("tanh", 1.0, 0.0, 2001)
    assert layers[100] == pytest.approx(0.00507, abs=5e-6)  # 100 maps from q = 1
    assert layers[2000] == pytest.approx(1 / 4000, rel=2e-3)
    assert mean_field.fixed_point("tanh", 1.0, 0.0) == 0


def test_default_linear_layers_forget_within_a_layer() -> None:
    chi = mean_field.chi_1("tanh", 1 / 3, 0.0)
    assert chi == pytest.approx(1 / 3)
    assert mean_field.depth_scale(chi) == pytest.approx(0.91, abs=5e-4)
    assert mean_field.trainable_depth(chi) == pytest.approx(5.46, abs=5e-3)


def test_torchs_gain_for_tanh_is_chaotic() -> None:
    assert mean_field.fixed_point("tanh", 25 / 9, 0.0) == pytest.approx(1.18, abs=2e-3)
    assert mean_field.chi_1("tanh", 25 / 9, 0.0) == pytest.approx(1.21, abs=2e-3)


def test_relu_is_linear_in_the_variance() -> None:
    assert mean_field.variance_map("relu", 3.0, 1.6, 0.2) == pytest.approx(1.6 * 3 / 2 + 0.2)
    assert mean_field.gradient_factor("relu", 3.0, 1.6) == pytest.approx(0.8)
    assert mean_field.fixed_point("relu", 1.0, 0.3) == pytest.approx(0.6)
    assert mean_field.fixed_point("relu", 2.0, 0.0) == 1  # each q is one
    assert math.isinf(mean_field.fixed_point("relu", 2.2, 0.0))
    assert mean_field.chi_1("relu", 2.2, 0.0) == pytest.approx(1.1)
    assert math.isinf(mean_field.depth_scale(1.0))


def test_relu_forgets_differences_as_the_square_of_the_layer() -> None:
    c = 0.5
    for _ in range(4000):
        c = float(mean_field.relu_correlation(c))
    assert 1 - c == pytest.approx(float(mean_field.relu_decorrelation(4000)), rel=0.01)
    net = mean_field.correlations("relu", 2.0, 0.0, 3, start=0.2)
    closed = mean_field.relu_correlation(mean_field.relu_correlation(0.2))
    assert net == pytest.approx([0.2, float(mean_field.relu_correlation(0.2)), float(closed)])


def test_biases_correlate_inputs_from_the_first_layer_on() -> None:
    first = mean_field.correlations("tanh", 1.0, 0.5, 2, start=0.5)[0]
    assert first == pytest.approx((0.5 + 0.5) / (1.0 + 0.5))


@pytest.mark.parametrize("name", ["tanh", "relu", "gelu"])
def test_gradients_at_the_fixed_point_are_powers_of_chi(name: str) -> None:
    weights, biases = 0.8, 0.1
    rms = mean_field.gradient_rms(name, weights, biases, 60)
    chi = mean_field.chi_1(name, weights, biases)
    assert rms[-1] == 1
    assert rms[40] / rms[50] == pytest.approx(chi**5, rel=1e-6)


def test_a_gradient_passes_the_slopes_of_the_later_layers_alone() -> None:
    q = mean_field.variances("tanh", 2.0, 0.1, 3)
    factors = [mean_field.gradient_factor("tanh", q[place], 2.0) for place in (1, 2)]
    expected = np.sqrt([factors[0] * factors[1], factors[1], 1.0])
    np.testing.assert_allclose(mean_field.gradient_rms("tanh", 2.0, 0.1, 3), expected, rtol=1e-12)


# Simulated nets


@pytest.mark.parametrize(
    ("name", "weights", "biases"),
    [("tanh", 2.0, 0.1), ("relu", 1.7, 0.05), ("sigmoid", 4.0, 0.2), ("silu", 2.5, 0.1)],
)
def test_maps_against_simulated_nets(name: str, weights: float, biases: float) -> None:
    depth = 6
    nets = [simulate(name, weights, biases, depth, seed) for seed in range(300)]
    q, c, squares = (np.mean([net[place] for net in nets], axis=0) for place in range(3))
    np.testing.assert_allclose(q, mean_field.variances(name, weights, biases, depth), rtol=0.04)
    expected = mean_field.correlations(name, weights, biases, depth)
    np.testing.assert_allclose(c, expected, atol=0.02)
    expected = mean_field.gradient_rms(name, weights, biases, depth) ** 2
    np.testing.assert_allclose(squares, expected, rtol=0.05)


def simulate(
    name: str, weights: float, biases: float, depth: int, seed: int, width: int = 200
) -> tuple[list[float], list[float], list[float]]:
    """Return q, the correlation of two inputs and the relative squared gradient of each layer."""
    rng, phi = np.random.default_rng(seed), activation(name)
    z = rng.standard_normal((2, width))
    h = np.stack([z[0], 0.5 * z[0] + math.sqrt(0.75) * z[1]])
    matrices, outputs = [], []
    for _ in range(depth):
        matrices.append(rng.standard_normal((width, width)) * math.sqrt(weights / width))
        u = h @ matrices[-1].T + rng.standard_normal(width) * math.sqrt(biases)
        outputs.append(u)
        h = phi.function(u)
    gradient, squares = rng.standard_normal(width), []
    for matrix, u in zip(matrices[::-1], outputs[::-1], strict=True):
        squares.insert(0, float((gradient**2).mean()))
        gradient = matrix.T @ (phi.derivative(u[0]) * gradient)
    cosines = [u[0] @ u[1] / math.sqrt((u[0] @ u[0]) * (u[1] @ u[1])) for u in outputs]
    return [float((u**2).mean()) for u in outputs], cosines, list(np.array(squares) / squares[-1])
