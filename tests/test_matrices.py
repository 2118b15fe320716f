"""Random matrices: document C's printed values, a plain reference, stable draws, the tables."""

import numpy as np
import pandas as pd
import pyarrow
import pytest

from initbench.errors import InitbenchError
from initbench.matrices.ensembles import batches, check
from initbench.matrices.measurement import measure
from initbench.matrices.printed_matrix import (
    MATRIX,
    PRINTED_EIGENVALUES,
    PRINTED_NORM,
    PRINTED_QUOTIENT,
    PRINTED_STEPS,
)
from initbench.tables import schemas

SEED = 2_000_000
GAUSSIAN = {"kind": "gaussian", "size": 5, "draws": 8, "steps": 300}
DOCUMENT = {"kind": "document_c", "starts": 200, "steps": 300}


@pytest.fixture(scope="module")
def document():
    return measure(DOCUMENT, "document_c", SEED)


@pytest.fixture(scope="module")
def five():
    return measure(GAUSSIAN, "gaussian_5", SEED)


def test_the_fixture_has_the_printed_spectrum():
    values = np.linalg.eigvals(MATRIX)
    moduli = np.sort(np.abs(values))
    np.testing.assert_allclose(moduli, PRINTED_EIGENVALUES, atol=5e-4)
    np.testing.assert_allclose(moduli[1::2], [0.9801, 1.5855], atol=1e-4)
    assert values[np.abs(values).argmax()] == pytest.approx(-2.60359, abs=1e-5)
    singular = np.linalg.svd(MATRIX, compute_uv=False)
    np.testing.assert_allclose(singular, [4.128, 2.054, 1.640, 0.805, 0.561], atol=5e-4)


def test_the_entries_look_standard_gaussian():
    assert MATRIX.mean() == pytest.approx(-0.0196, abs=5e-5)
    assert MATRIX.std() == pytest.approx(0.998, abs=5e-4)
    with pytest.raises(ValueError, match="read-only"):
        MATRIX[0, 0] = 1


def test_norm_and_quotient_of_the_document(document):
    draws = document["draws"]
    assert PRINTED_STEPS == 99
    typical = draws.log_growth_99.quantile([0.05, 0.95]) / np.log(10)
    assert typical.between(40, 42).all()
    assert 40 < np.log10(PRINTED_NORM) < 42
    assert (draws.quotient_last - 2.6036).abs().max() < 0.005
    assert draws.quotient_last.round(2).eq(PRINTED_QUOTIENT).all()


def test_the_document_s_power_iteration(document):
    draws = document["draws"]
    assert (draws.dominant == "real").all()
    assert (draws.dominant_sign == -1).all()
    # The sign flips at every step, except for a start that is nearly without the component.
    assert draws.signed_flips.between(97, 100).all()
    assert draws.signed_flips.median() == 100
    assert draws.rayleigh_error.max() < 1e-8
    assert draws.angle_theory[0] == pytest.approx(np.log(1.5855 / 2.60359), abs=1e-4)
    np.testing.assert_allclose(draws.angle_slope, draws.angle_theory, rtol=0.1)
    # One percent after about ln 0.01 / ln 0.609 = 9.3 steps, give or take the start.
    assert draws.steps_to_1pct.median() == pytest.approx(9.3, abs=3)
    assert draws.left_component.min() > 0


def test_the_document_has_one_matrix_and_no_untied_product(document):
    draws = document["draws"]
    assert draws[["rho", "rho_second", "sigma_max", "real_eigenvalues"]].nunique().eq(1).all()
    assert draws.filter(like="untied").isna().all(axis=None)
    assert not document["paths"].kind.str.startswith("untied").any()
    assert len(document["eigenvalues"]) == 5


def test_one_fixed_start_is_the_example(document):
    paths = document["paths"]
    example = paths[(paths.kind == "example") & (paths.dominant == "all")]
    last = example[(example.quantity == "log10_norm") & (example.step == 100)].iloc[0]
    assert last.q50 == pytest.approx(document["draws"].log_growth_100[0] / np.log(10))
    assert last.n == 1
    assert last.q05 == last.q95 == last.q50


def plainly(matrix, start, layers):
    """Return what draws says of one draw, step by step and without any rescaling."""
    values, vectors = np.linalg.eig(matrix.astype(complex))
    place = np.abs(values).argmax()
    rho, v = abs(values[place]), vectors[:, place]
    transposed, left = np.linalg.eig(matrix.T)
    w = left[:, np.abs(transposed - values[place]).argmin()]
    path = [start]
    for _ in range(300):
        path.append(matrix @ path[-1])
    norm = np.linalg.norm(path, axis=1)
    scaled = norm / norm[0] / rho ** np.arange(301)
    sine = [np.sqrt(max(0, 1 - abs(np.vdot(v, x)) ** 2 / (x @ x))) for x in path]
    untied = start
    for layer in layers:
        untied = layer @ untied
    bent, straightened, cut = start, start, start
    for _ in range(100):
        bent = np.tanh(matrix @ bent)
        straightened = np.tanh(matrix / rho @ straightened)
        cut = np.maximum(matrix @ cut, 0)
    return {
        "rho": rho,
        "sigma_max": np.linalg.svd(matrix)[1][0],
        "left_component": abs(w @ start) / np.linalg.norm(start),
        **{f"log_growth_{n}": np.log(norm[n] / norm[0]) for n in (1, 2, 5, 50, 99, 100, 300)},
        "quotient_last": norm[100] / norm[99],
        "quotient_deviation": np.abs(norm[291:301] / norm[290:300] / rho - 1).max(),
        "mean_quotient": (norm[300] / norm[100]) ** (1 / 200) / rho,
        "normalised_peak": scaled.max(),
        "normalised_end": scaled[300],
        "normalised_cv": scaled[251:].std() / scaled[251:].mean(),
        "misalignment": 1 - np.sqrt(1 - sine[100] ** 2),
        "misalignment_end": 1 - np.sqrt(1 - sine[300] ** 2),
        "untied_log_growth_300": np.log(np.linalg.norm(untied) / norm[0]),
        "tanh_log_growth_100": np.log(np.linalg.norm(bent) / norm[0]),
        "tanh_normalised_log_growth_100": np.log(np.linalg.norm(straightened) / norm[0]),
        "relu_log_growth_100": np.log(np.linalg.norm(cut) / norm[0]),
        "relu_normalised_log_growth_100": np.log(np.linalg.norm(cut) / norm[0] / rho**100),
    }


@pytest.mark.parametrize("draw", range(GAUSSIAN["draws"]))
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_plain_loop_gives_the_same_numbers(draw, five):
    (batch,) = batches(GAUSSIAN, "gaussian_5", SEED)
    layers = [layer[draw] for layer in batch.layers(300)]
    expected = pd.Series(plainly(batch.matrices[draw], batch.starts[draw], layers))
    found = five["draws"].loc[draw, list(expected.index)].astype(float)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-7)


def test_each_layer_of_a_normalised_product_has_radius_one(five):
    (batch,) = batches(GAUSSIAN, "gaussian_5", SEED)
    radii = [np.abs(np.linalg.eigvals(layer)).max(axis=1) for layer in batch.layers(50)]
    draws = five["draws"]
    difference = draws.untied_log_growth_50 - draws.untied_normalised_log_growth_50
    np.testing.assert_allclose(difference, np.log(radii).sum(axis=0), rtol=1e-10)


def test_paths_hold_the_quantiles_of_the_draws(five):
    paths = five["paths"].set_index(["kind", "dominant", "quantity", "step"])
    draws = five["draws"]
    logs = np.sort(draws.log_growth_100) / np.log(10)
    row = paths.loc[("tied", "all", "log10_norm", 100)]
    assert row.q50 == pytest.approx(logs[3])
    assert (row.q05, row.q95) == pytest.approx((logs[0], logs[7]))
    real = draws[draws.dominant == "real"]
    assert paths.loc[("tied", "real", "quotient", 100)].n == len(real)
    steps = five["paths"].step.unique()
    assert set(steps) == {*range(101), *range(110, 301, 10)}
    normalised = paths.loc[("tied_normalised", "real", "log10_norm", 300)]
    assert 10**normalised.q95 == pytest.approx(real.normalised_end.max())


@pytest.mark.parametrize("name", ["draws", "paths", "eigenvalues"])
def test_tables_have_the_shape_that_is_collected(name, five, document):
    for found in (five, document):
        schemas.check(name, pyarrow.Table.from_pandas(found[name]), name)
        assert (found[name]["size"] == 5).all()


def test_a_draw_does_not_depend_on_how_many_there_are():
    spec = {"kind": "gaussian", "size": 2, "steps": 300}
    many = measure({**spec, "draws": 502}, "gaussian_2", SEED)["draws"]
    few = measure({**spec, "draws": 3}, "gaussian_2", SEED)["draws"]
    pd.testing.assert_frame_equal(many.head(3), few, check_exact=True)
    assert many.draw.tolist() == list(range(502))
    assert many.rho.nunique() == 502


def test_ensembles_and_seeds_have_streams_of_their_own():
    one, other, next_seed = (
        next(batches(GAUSSIAN, name, seed)).matrices
        for name, seed in (("a", SEED), ("b", SEED), ("a", SEED + 1))
    )
    assert not np.isin(one, [*other.ravel(), *next_seed.ravel()]).any()


def test_large_matrices_stop_short_of_what_costs_too_much():
    spec = {"kind": "gaussian", "size": 21, "draws": 2, "steps": 300}
    draws = measure(spec, "gaussian_21", SEED)["draws"]
    assert draws.untied_log_growth_300.isna().all()
    assert np.isfinite(draws.untied_log_growth_50).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "gausian"}, "did you mean 'gaussian'"),
        ({"sise": 5}, "did you mean 'size'"),
        ({"size": 1}, "`size: 1` but needs a whole number of at least 2"),
        ({"draws": 0.5}, "at least 1; correct it in config.yaml"),
        ({"steps": 100}, "`steps: 100` but needs a whole number of at least 300"),
        ({"draws": None}, "`draws: None`"),
    ],
)
def test_wrong_ensembles_are_refused(change, words):
    with pytest.raises(InitbenchError, match=words):
        check({**GAUSSIAN, **change})


def test_the_ensembles_of_the_grid_are_good():
    check(GAUSSIAN)
    check(DOCUMENT)
    with pytest.raises(InitbenchError, match="Unknown kind"):
        check({})
