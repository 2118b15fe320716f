"""Figures of document C: what they plot is what the tables hold, whatever the grid lacks."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from initbench.figures.kit import style
from initbench.figures.kit.registry import Drawing, registry
from initbench.figures.kit.save import svg
from initbench.figures.matrices import draws
from initbench.figures.matrices.predictors import explained
from initbench.tables.read import Tables
from matrix_tables import write_matrices
from project_ledger import showing

NAMES = [name for name in registry() if name.startswith("matrix_")]
FEW = {
    "sizes 2 and 5": {"gaussian_2": 40, "gaussian_5": 60},
    "only document C": {"document_c": 20},
    "one draw each": {"document_c": 1, "gaussian_2": 1, "gaussian_5": 1},
}


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(write_matrices(tmp_path_factory.mktemp("matrices")))


@pytest.fixture(scope="module")
def drawings(tables: Tables) -> dict[str, Drawing]:
    return {name: registry()[name].draw(tables) for name in NAMES}


@pytest.fixture(scope="module")
def random(tables: Tables) -> pd.DataFrame:
    return draws.gaussian(tables.matrices("draws"))


def test_every_figure_of_document_c_is_registered() -> None:
    asked = {"norm", "quotient", "eigenvalues", "radius", "settle", "tied_untied", "nonlinear"}
    assert set(NAMES) == {f"matrix_{n}" for n in asked | {"growth_predictors", "power_iteration"}}
    shown = {claim for name in NAMES for claim in showing(name) if claim.startswith("C")}
    numbers = (4, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 22, 23, 24, 25)
    assert shown == {f"C{number:02d}" for number in numbers}
    assert all(registry()[name].needs == ("matrices",) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_full_grid_fills_every_panel(name: str, drawings) -> None:
    drawing = drawings[name]
    texts = "".join(text.get_text() for text in drawing.figure.findobj(Text))
    assert style.MISSING not in texts
    assert "n = " in texts
    assert re.search(r"\d", drawing.alt)
    assert not re.search(r"nan|inf\b", drawing.alt)
    assert len(drawing.alt) < 1600
    assert len(svg(drawing).encode()) < 150_000


@pytest.mark.parametrize("name", NAMES)
def test_intervals_surround_their_values(name: str, drawings) -> None:
    data = drawings[name].data
    if "low" in data:
        assert (data.low <= data.value + 1e-12).all()
        assert (data.value <= data.high + 1e-12).all()
        assert (data.n > 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_headings_and_key_stay_inside(name: str, drawings) -> None:
    figure = drawings[name].figure
    key = [text for legend in figure.legends for text in legend.get_texts()]
    titles = [title for axes in figure.axes for title in (axes._left_title, axes.title)]
    for text in (figure._suptitle, *key, *titles):
        assert text.get_window_extent().x1 <= figure.bbox.width


@pytest.mark.parametrize("name", ["matrix_norm", "matrix_eigenvalues"])
def test_drawing_twice_gives_equal_bytes(name: str, tables: Tables, drawings) -> None:
    assert svg(registry()[name].draw(tables)) == svg(drawings[name])


@pytest.mark.parametrize("few", FEW)
def test_a_grid_with_holes_is_enough(few: str, tmp_path: Path) -> None:
    tables = Tables(write_matrices(tmp_path, FEW[few]))
    for name in NAMES:
        drawing = registry()[name].draw(tables)
        assert not re.search(r"nan|inf\b", drawing.alt), name
        assert drawing.figure.axes, name


def test_settled_shares_are_those_of_the_draws(drawings, random: pd.DataFrame) -> None:
    data = drawings["matrix_settle"].data.set_index(["panel", "group", "size"])
    draws = random[random["size"] == 5]
    settled = draws.quotient_deviation < 0.01
    row = data.loc[("quotient within 1 % of ρ", "all", 5)]
    assert (row.value, row.n) == (settled.mean(), 60)
    real = draws.dominant == "real"
    row = data.loc[("quotient within 1 % of ρ", "real", 5)]
    assert (row.value, row.n) == (settled[real].mean(), real.sum())
    assert data.loc[("largest eigenvalue is real", "all", 5)].value == real.mean()
    assert data.loc[("norm under A / ρ levels off", "document_c", 5)].value == 1


def test_explained_variance_is_the_squared_correlation(drawings, random: pd.DataFrame) -> None:
    data = drawings["matrix_growth_predictors"].data.set_index(["size", "predictor", "steps"])
    draws = random[random["size"] == 5]
    expected = np.corrcoef(np.log(draws.sigma_max), draws.log_growth_3)[0, 1] ** 2
    assert data.loc[(5, "sigma_max", 3)].value == pytest.approx(expected)


def test_explained_variance_of_known_samples() -> None:
    x = pd.Series(np.arange(10.0))
    assert explained(x, -3 * x) == pytest.approx((1, 1, 1))
    value, low, high = explained(x, pd.Series([1.0, -1.0] * 5))
    assert low == 0 < value < high
    value, low, high = explained(x, -x + pd.Series([1.0, -1.0] * 5))
    assert 0 < low < value < high < 1


def test_growth_a_step_and_its_theory(drawings, random: pd.DataFrame) -> None:
    data = drawings["matrix_tied_untied"].data.set_index(["panel", "group", "size"])
    draws = random[random["size"] == 20]
    expected = np.exp(draws.untied_log_growth_50.mean() / 50) / np.sqrt(20)
    row = data.loc[("growth", "untied", 20)]
    assert row.value == pytest.approx(expected)
    # Newman (1986): chi with 20 degrees of freedom, 0.9748 √20 in the geometric mean.
    assert row.low < 0.9748 < row.high
    factor = np.exp(draws.untied_normalised_log_growth_50)
    assert data.loc[("factor", "untied", 20)].value in set(factor)


def test_relu_s_zeros_are_counted_and_drawn(drawings, random: pd.DataFrame) -> None:
    drawing = drawings["matrix_nonlinear"]
    draws = random[random["size"] == 2]
    zero = drawing.data[(drawing.data.panel == "zero") & (drawing.data["size"] == 2)].iloc[0]
    assert zero.value == np.isneginf(draws.relu_log_growth_100).mean() > 0
    lowest = min(axes.get_ylim()[0] for axes in drawing.figure.axes)
    assert np.isfinite(lowest)


def test_bins_of_the_radius_hold_every_draw(drawings) -> None:
    data = drawings["matrix_radius"].data
    bins = data[data.panel == "k = 5"]
    assert bins.value.sum() == pytest.approx(1)
    assert (bins.n == 60).all()


def test_document_c_s_example_is_in_its_band(drawings) -> None:
    data = drawings["matrix_norm"].data
    own = data[(data.row == "document C's matrix") & (data.step == 99)].set_index("kind")
    assert own.loc["example"].n == 1
    assert 39 < own.loc["tied"].value < 42
    settled = drawings["matrix_quotient"].data
    last = settled[(settled.kind == "example") & (settled.step == 100)].set_index("row")
    assert last.loc["document C's matrix"].value == pytest.approx(2.60359, abs=1e-4)


def test_eigenvalues_are_scaled_by_the_root_of_k(drawings, tables: Tables) -> None:
    data = drawings["matrix_eigenvalues"].data
    own = data[data.ensemble == "document_c"]
    assert np.hypot(own.re, own.im).max() == pytest.approx(2.60359 / np.sqrt(5), abs=1e-5)
    counts = data[data.ensemble != "document_c"].groupby("size").draw.nunique()
    assert counts.to_dict() == {2: 40, 5: 60, 20: 12, 100: 5}


def test_summaries_of_known_samples() -> None:
    assert draws.geometric_mean(np.log([2.0, 8.0]))[0] == pytest.approx(4)
    assert draws.geometric_mean(np.log([3.0])) == pytest.approx((3, 3, 3))
    low_half = np.array([-np.inf] * 6 + [1.0, 2.0, 3.0, 4.0])
    assert draws.order_range(low_half) == (-np.inf, -np.inf, 4)
