"""Matrices with known answers: rotations, diagonals, projections; nothing over- or underflows."""

from itertools import repeat

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from initbench.matrices.alignment import alignment, angle_slope, first_below
from initbench.matrices.growth import growth
from initbench.matrices.paths import paths
from initbench.matrices.products import linear, log_norms, log_quotients, relu, tanh, walk
from initbench.matrices.spectra import log_radii, spectrum

STARTS = np.array([[1.0, 2.0], [3.0, -1.0]])


def rotation(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def stack(matrix, count=2):
    return np.broadcast_to(np.asarray(matrix, dtype=float), (count, *np.shape(matrix)))


def aligned(matrix, starts=STARTS, steps=100):
    """Return the columns of alignment for one matrix and several starts."""
    matrices = stack(matrix, len(starts))
    first = starts / np.linalg.norm(starts, axis=1, keepdims=True)
    directions = [first, *(unit for _, unit in walk(repeat(matrices, steps), starts))]
    return alignment(np.stack(directions, axis=1), spectrum(matrices))


def test_rotation_turns_for_ever():
    found = spectrum(stack(1.5 * rotation(0.7)))
    np.testing.assert_allclose(found.radius, 1.5)
    assert not found.real.any()
    assert np.isnan(found.runner_up).all()
    columns = aligned(rotation(0.7))
    np.testing.assert_allclose(columns["misalignment"], 1 - np.sqrt(0.5))
    assert (columns["signed_flips"] == 0).all()
    assert (columns["steps_to_1pct"] == -1).all()
    assert np.isnan(columns["angle_slope"]).all()
    quotients = log_quotients(repeat(stack(rotation(0.7)), 300), STARTS)
    np.testing.assert_allclose(quotients, 0, atol=1e-14)


def test_the_partner_of_a_pair_is_not_the_runner_up():
    block = np.zeros((3, 3))
    block[:2, :2], block[2, 2] = 2 * rotation(1.0), -1.25
    found = spectrum(block[None])
    assert found.runner_up == pytest.approx([1.25])
    assert found.dominant.imag > 0


def test_of_two_opposite_real_eigenvalues_the_other_is_the_runner_up():
    assert spectrum(stack([[2.0, 0], [0, -2.0]])).runner_up == pytest.approx([2, 2])


def test_diagonal_matrices_have_their_axes_as_vectors():
    found = spectrum(stack([[0.5, 0, 0], [0, -3.0, 0], [0, 0, 2.0]]))
    assert found.dominant == pytest.approx([-3, -3])
    assert found.runner_up == pytest.approx([2, 2])
    for vectors in (found.right, found.left):
        np.testing.assert_allclose(np.abs(vectors), [[0, 1, 0]] * 2, atol=1e-15)


def test_left_and_right_vectors_solve_their_equations():
    matrices = np.random.default_rng(1).standard_normal((50, 6, 6))
    found = spectrum(matrices)
    value = found.dominant[:, None]
    np.testing.assert_allclose(np.matvec(matrices, found.right), value * found.right, atol=1e-12)
    np.testing.assert_allclose(
        (found.left[:, None] @ matrices)[:, 0], value * found.left, atol=1e-12
    )
    np.testing.assert_allclose(np.linalg.norm(found.left, axis=1), 1)
    np.testing.assert_allclose(log_radii(matrices), np.log(found.radius))


def test_power_iteration_on_a_diagonal_matrix():
    columns = aligned([[-3.0, 0], [0, 2.0]])
    np.testing.assert_allclose(columns["angle_slope"], np.log(2 / 3), rtol=1e-2)
    np.testing.assert_allclose(columns["angle_theory"], np.log(2 / 3))
    assert (columns["signed_flips"] == 100).all()
    assert (columns["misalignment"] < 1e-30).all()
    # tan angle is 2 (2/3)^N from the start (1, 2): below 0.01 from N = 14 on.
    assert columns["steps_to_1pct"].tolist() == [14, 9]
    assert (aligned([[3.0, 0], [0, 2.0]])["signed_flips"] == 0).all()


def test_slope_needs_five_steps_in_the_straight_part():
    line = np.exp(-2.0 * np.arange(12.0))[None]
    assert angle_slope(line) == pytest.approx([-2])
    assert np.isnan(angle_slope(line[:, :5])).all()
    assert first_below(np.array([[0.5, 0.1, 0.3], [0.5, 0.5, 0.5]]), 0.2).tolist() == [1, -1]


def test_growth_of_a_scaled_rotation():
    quotients = log_quotients(repeat(stack(1.5 * rotation(1)), 300), STARTS)
    columns = growth(quotients, np.array([1.5, 1.5]))
    for steps in (1, 50, 300):
        np.testing.assert_allclose(columns[f"log_growth_{steps}"], steps * np.log(1.5))
    for name in ("mean_quotient", "normalised_peak", "normalised_end"):
        np.testing.assert_allclose(columns[name], 1)
    for name in ("quotient_deviation", "normalised_cv"):
        np.testing.assert_allclose(columns[name], 0, atol=1e-12)
    np.testing.assert_allclose(columns["quotient_last"], 1.5)


@pytest.mark.parametrize("factor", [1e-100, 1e100])
@pytest.mark.parametrize("activation", [linear, relu])
def test_nothing_over_or_underflows(factor, activation):
    quotients = log_quotients(repeat(stack(factor * np.eye(2)), 300), STARTS[:1], activation)
    np.testing.assert_allclose(quotients, np.log(factor), rtol=1e-12)


def test_tanh_shrinks_below_the_smallest_number():
    quotients = log_quotients(repeat(stack(0.01 * np.eye(2)), 300), STARTS[:1], tanh)
    assert log_norms(quotients)[0, -1] < np.log(np.finfo(float).smallest_subnormal)
    np.testing.assert_allclose(quotients[:, 5:], np.log(0.01), rtol=1e-7)


@given(st.floats(-30, 3))
def test_tanh_is_that_of_the_vector_itself(log_norm):
    image = np.array([[0.3, -2.0, 40.0]])
    norm = np.exp(log_norm)
    np.testing.assert_allclose(
        tanh(image, np.array([log_norm])), np.tanh(norm * image) / norm, rtol=1e-12
    )


@given(st.floats(1e-3, 1e3), st.sampled_from([linear, relu]))
def test_the_scale_of_the_start_drops_out(scale, activation):
    matrices = np.random.default_rng(2).standard_normal((2, 2, 2))
    first, second = (
        log_quotients(repeat(matrices, 20), starts, activation)
        for starts in (STARTS, scale * STARTS)
    )
    np.testing.assert_allclose(first, second, atol=1e-10)


def test_a_vector_that_became_zero_stays_zero():
    nilpotent = stack([[0.0, 1.0], [0.0, 0.0]])
    steps = list(walk(repeat(nilpotent, 4), STARTS))
    assert np.isneginf([quotient for quotient, _ in steps[1:]]).all()
    assert (steps[-1][1] == 0).all()
    killed = log_quotients(repeat(stack(-np.eye(2)), 3), np.abs(STARTS), relu)
    assert np.isneginf(log_norms(killed)[:, 1:]).all()


def test_paths_of_dead_vectors_are_minus_infinity_and_zero():
    quotients = log_quotients(repeat(stack(-np.eye(2)), 3), np.abs(STARTS), relu)
    table = paths({"relu": quotients}, np.array(["real", "real"]))
    later = table[table.step > 0]
    assert np.isneginf(later[later.quantity == "log10_norm"].q50).all()
    assert (later[later.quantity == "quotient"].q50 == 0).all()


def test_paths_leave_out_draws_without_the_history():
    quotients = np.array([[0.0, 0.0], [np.nan, np.nan]])
    table = paths({"untied_normalised": quotients}, np.array(["real", "complex"]))
    assert (table.n == 1).all()
    assert set(table.dominant) == {"all", "real"}
