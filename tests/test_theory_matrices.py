"""Laws of random matrices: golden numbers, moments by integration, simulated matrices."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import binom

from initbench.theory import dynamics, ginibre, lyapunov, spectra

FACTORS = [1, 2, 5, 10]
few = settings(max_examples=40, deadline=None)


def gaussians(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


# Singular values


def test_quarter_circle() -> None:
    mean, _ = integrate.quad(lambda s: s * spectra.quarter_circle_pdf(s), 0, 2)
    assert mean == pytest.approx(8 / (3 * math.pi), abs=1e-9)
    assert spectra.quarter_circle_pdf([-0.1, 0.0, 2.1]) == pytest.approx([0, 2 / math.pi, 0])
    area, _ = integrate.quad(spectra.quarter_circle_pdf, 0, 0.7)
    assert spectra.quarter_circle_cdf(0.7) == pytest.approx(area, abs=1e-10)
    assert spectra.quarter_circle_cdf([-1.0, 0.0, 2.0, 5.0]) == pytest.approx([0, 0, 1, 1])


@pytest.mark.parametrize(("m", "n", "variance"), [(64, 256, 1 / 256), (30, 20, 0.5), (9, 9, 2.0)])
def test_marchenko_pastur_against_its_density(m: int, n: int, variance: float) -> None:
    low, high = spectra.marchenko_pastur_edges(m, n, variance)
    wide = max(m, n) * variance * (1 + math.sqrt(min(m, n) / max(m, n))) ** 2
    assert high == pytest.approx(wide)
    law = (m, n, variance)

    def part(order: int, end: float) -> float:
        options = {"limit": 200, "epsabs": 1e-10}
        return integrate.quad(
            lambda x: x**order * spectra.marchenko_pastur_pdf(x, *law), low, end, **options
        )[0]

    assert part(0, high) == pytest.approx(1, abs=1e-6)
    # The mean of the nonzero ones is the sum of all squared entries over their number.
    assert part(1, high) == pytest.approx(variance * m * n / min(m, n), rel=1e-6)
    middle = low + 0.3 * (high - low)
    assert spectra.marchenko_pastur_cdf(middle, *law) == pytest.approx(part(0, middle), abs=1e-6)
    assert spectra.marchenko_pastur_cdf([low - 1, high + 1], *law) == pytest.approx([0, 1])


@pytest.mark.parametrize("shape", [(100, 300), (300, 100), (200, 200)])
def test_marchenko_pastur_against_a_simulated_matrix(shape: tuple[int, int]) -> None:
    singular = np.linalg.svd(gaussians(*shape) * 0.3, compute_uv=False)
    law = stats.kstest(singular**2, lambda x: spectra.marchenko_pastur_cdf(x, *shape, 0.09))
    assert law.statistic < 0.03


@few
@given(st.floats(0, 2.1))
def test_square_matrices_have_one_law_under_three_names(s: float) -> None:
    share = float(spectra.quarter_circle_cdf(s))
    assert spectra.marchenko_pastur_cdf(s**2, 7, 7, 1 / 7) == pytest.approx(share, abs=2e-8)
    assert spectra.product_cdf(s, 1) == pytest.approx(share, abs=2e-9)
    height = float(spectra.quarter_circle_pdf(s + 1e-6))
    assert spectra.product_pdf(s + 1e-6, 1) == pytest.approx(height, abs=1e-6)


@pytest.mark.parametrize("factors", FACTORS)
def test_fuss_catalan_moments_of_the_density(factors: int) -> None:
    def moment(order: int) -> float:
        def integrand(s: np.ndarray) -> np.ndarray:
            return s ** (2 * order) * spectra.product_pdf(s, factors)

        return integrate.fixed_quad(integrand, 0, spectra.product_edge(factors), n=300)[0]

    for order in (1, 2, 3):
        assert moment(order) == pytest.approx(spectra.fuss_catalan(order, factors), rel=1e-5)
    assert spectra.fuss_catalan(1, factors) == 1
    assert spectra.fuss_catalan(2, factors) - 1 == factors  # Var s²


@pytest.mark.parametrize("factors", FACTORS)
def test_the_cdf_of_products_is_the_integral_of_their_density(factors: int) -> None:
    start, end = 0.4, 0.9 * spectra.product_edge(factors)
    area, _ = integrate.quad(lambda s: float(spectra.product_pdf(s, factors)), start, end)
    between = spectra.product_cdf(end, factors) - spectra.product_cdf(start, factors)
    assert between == pytest.approx(area, abs=1e-9)
    edge = spectra.product_edge(factors)
    ends = [-1.0, 0.0, np.nextafter(edge, 0), edge, 9.0]
    assert spectra.product_cdf(ends, factors) == pytest.approx([0, 0, 1, 1, 1])


@few
@given(st.floats(1e-6, 1 - 1e-6), st.sampled_from(FACTORS))
def test_quantiles_invert_the_cdf(share: float, factors: int) -> None:
    s = spectra.product_quantile(share, factors)
    assert spectra.product_cdf(s, factors) == pytest.approx(share, abs=1e-8)


@pytest.mark.parametrize("factors", [1, 2, 5])
def test_products_against_simulated_matrices(factors: int) -> None:
    size = 200
    chain = np.linalg.multi_dot([np.eye(size), *gaussians(factors, size, size) / math.sqrt(size)])
    singular = np.linalg.svd(chain, compute_uv=False)
    assert stats.kstest(singular, lambda s: spectra.product_cdf(s, factors)).statistic < 0.03
    assert np.mean(singular**2) == pytest.approx(1, abs=0.1)


# Products of many


def test_newmans_exponents() -> None:
    pair = lyapunov.exponents(2)
    assert pair[0] - pair[1] == pytest.approx(math.log(2), rel=1e-12)
    assert lyapunov.exponents(2, 0.1)[0] - lyapunov.exponents(2, 0.1)[1] == pytest.approx(
        math.log(2)
    )
    assert lyapunov.growth([3, 7]) == pytest.approx(
        [lyapunov.exponents(3)[0], lyapunov.exponents(7)[0]]
    )
    assert lyapunov.growth(4, 9.0) - lyapunov.growth(4) == pytest.approx(math.log(3))
    assert lyapunov.growth(1000, 1 / 1000) == pytest.approx(-1 / 2000, rel=0.01)


def test_newmans_exponents_against_a_simulated_product() -> None:
    """Benettin's method: the logarithms of R's diagonal, step by step."""
    basis, logs = np.eye(3), []
    for matrix in gaussians(20_000, 3, 3):
        basis, upper = np.linalg.qr(matrix @ basis)
        logs.append(np.log(np.abs(np.diag(upper))))
    np.testing.assert_allclose(np.mean(logs, axis=0), lyapunov.exponents(3), atol=0.02)


@pytest.mark.parametrize("size", [2, 5, 20])
def test_growth_is_the_mean_log_of_a_chi(size: int) -> None:
    def moment(order: int) -> float:
        def integrand(r: float) -> float:
            return math.log(r) ** order * stats.chi.pdf(r, size)

        return integrate.quad(integrand, 1e-12, 20, limit=200)[0]

    assert lyapunov.growth(size) == pytest.approx(moment(1), abs=1e-7)
    assert lyapunov.growth_variance(size) == pytest.approx(moment(2) - moment(1) ** 2, abs=1e-6)


# Eigenvalues


def test_real_eigenvalues_of_small_matrices() -> None:
    assert ginibre.all_real(1) == 1
    assert ginibre.all_real(2) == pytest.approx(1 / math.sqrt(2))
    assert ginibre.all_real(5) == 0.03125
    assert ginibre.expected_real(1) == 1
    assert ginibre.expected_real(2) == pytest.approx(2 * ginibre.all_real(2))
    assert ginibre.expected_real(3) == pytest.approx(1 + 2 * ginibre.all_real(3))
    assert ginibre.expected_real(5) == pytest.approx(2.149, abs=5e-4)


@pytest.mark.parametrize("size", [2, 3, 4, 5, 8, 13, 20])
def test_expected_real_against_the_jacobi_polynomial(size: int) -> None:
    """Edelman, Kostlan and Shub (1994): [k odd] + √2 P_(k−2)^(1−k, 3/2)(3), written out."""
    order = size - 2
    terms = [(-2.0) ** (order - s) * binom(order + 1.5, s) for s in range(order + 1)]
    polynomial = math.sqrt(2) * math.fsum(terms)
    assert ginibre.expected_real(size) == pytest.approx(size % 2 + polynomial)


def test_expected_real_grows_as_the_root_of_the_size() -> None:
    assert ginibre.expected_real(400) == pytest.approx(math.sqrt(800 / math.pi) + 0.5, abs=0.02)


@pytest.mark.parametrize("size", [2, 4, 5])
def test_eigenvalues_against_simulated_matrices(size: int) -> None:
    values = np.linalg.eigvals(gaussians(20_000, size, size))
    real = (values.imag == 0).sum(axis=1)
    assert real.mean() == pytest.approx(ginibre.expected_real(size), abs=0.03)
    assert (real == size).mean() == pytest.approx(ginibre.all_real(size), abs=0.012)


def test_the_spectral_radius_approaches_the_root_of_the_size() -> None:
    radius = np.abs(np.linalg.eigvals(gaussians(3, 300, 300))).max(axis=1)
    assert radius.mean() == pytest.approx(ginibre.spectral_radius(300), rel=0.05)


def test_power_iteration_turns_at_the_ratio_of_the_moduli() -> None:
    basis, x = gaussians(4, 4), gaussians(4, seed=1)
    matrix = basis @ np.diag([-2.6, 1.586, 0.98, 0.3]) @ np.linalg.inv(basis)
    direction = basis[:, 0] / np.linalg.norm(basis[:, 0])
    sines = []
    for _ in range(40):
        x = matrix @ x / np.linalg.norm(x)
        rest = x - (x @ direction) * direction
        sines.append(np.linalg.norm(rest) / np.linalg.norm(x))
    slope = float(dynamics.power_iteration_slope(2.6, 1.586))
    assert np.diff(np.log(sines))[-10:] == pytest.approx(slope, abs=1e-3)


def test_power_iteration_on_the_matrix_of_document_c() -> None:
    ratio = math.exp(float(dynamics.power_iteration_slope(2.60359, 1.586)))
    assert ratio == pytest.approx(0.609, abs=5e-4)
    assert dynamics.power_iteration_steps(ratio, 0.01) == pytest.approx(9.3, abs=0.05)
