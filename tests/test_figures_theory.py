"""Theory over measurement: a planted deviation is found, drawn and said; gaps are no error."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import theory_tables
from initbench.figures.kit import style
from initbench.figures.kit.registry import Drawing, registry
from initbench.figures.kit.save import svg
from initbench.figures.theory.lyapunov import against_newman, spread_interval
from initbench.figures.theory.parts import absolute, largest, points, relative
from initbench.figures.theory.power import slope_ratios
from initbench.tables.read import Tables

NAMES = sorted(name for name in registry() if name.startswith("theory_"))
ASKED = {
    *("theory_variance_map", "theory_gradients", "theory_correlation", "theory_spectra"),
    *("theory_radius", "theory_lyapunov", "theory_power_iteration"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return theory_tables.build_theory(tmp_path_factory.mktemp("tables"))


@pytest.fixture(scope="module")
def drawings(folder: Path) -> dict[str, Drawing]:
    return {name: registry()[name].draw(Tables(folder)) for name in NAMES}


def texts(drawing: Drawing) -> str:
    return "\n".join(text.get_text() for text in drawing.figure.findobj(Text))


def test_the_chapter_has_its_figures() -> None:
    assert set(NAMES) == ASKED
    needs = {name: registry()[name].needs for name in NAMES}
    assert needs["theory_variance_map"] == ("signal",)
    assert needs["theory_spectra"] == ("spectra",)
    assert needs["theory_lyapunov"] == ("matrices",)


PLANTED = {
    "theory_variance_map": "3.1 % (he normal, layer 7)",
    "theory_gradients": "7 % (he normal, layer 7)",
    "theory_power_iteration": "5 % (k = 5)",
    "theory_lyapunov": "0.4 % (k = 5)",
    "theory_radius": "20 % (k = 5)",
}


@pytest.mark.parametrize(("name", "words"), PLANTED.items())
def test_a_planted_deviation_is_drawn_and_said(name: str, words: str, drawings) -> None:
    assert f"largest deviation {words}" in drawings[name].alt
    assert f"largest deviation\n{words}" in texts(drawings[name])


def test_a_planted_correlation_is_found(drawings) -> None:
    drawing = drawings["theory_correlation"]
    row = drawing.data.query("activation == 'tanh' and init == 'he_normal' and layer == 7").iloc[0]
    assert row.value / row.theory == pytest.approx(1.01)
    assert f"tanh, largest deviation {row.deviation:.3g} (he normal, layer 7)" in drawing.alt


def test_a_planted_rank_is_found(drawings) -> None:
    drawing = drawings["theory_spectra"]
    five = drawing.data.query("layer == 5 and init == 'lecun_normal'")
    assert five.deviation.idxmax() == five.index[9]
    assert five.deviation.max() == pytest.approx(theory_tables.RANK_SHIFT, abs=1e-9)
    other = drawing.data.query("not (layer == 5 and init == 'lecun_normal')")
    assert other.deviation.max() < 1e-8
    assert "L = 5, lecun normal 2 points" in drawing.alt
    assert "lecun normal 2 points" in texts(drawing)


@pytest.mark.parametrize("name", ["theory_variance_map", "theory_gradients", "theory_correlation"])
def test_only_the_widest_nets_are_laid_over_theory(name: str, drawings) -> None:
    data = drawings[name].data
    planted = (data.activation == "tanh") & (data["init"] == "he_normal") & (data.layer == 7)
    assert data[~planted].deviation.max() < 1e-12
    assert (data.n == 5).all()
    assert "width 256" in drawings[name].alt


def test_the_critical_init_of_the_sigmoid_does_not_exist(drawings) -> None:
    data = drawings["theory_variance_map"].data
    arms = set(zip(data.activation, data["init"], strict=True))
    assert len(arms) == 4 * 4 - 1
    assert ("sigmoid", "critical") not in arms


def test_gradients_are_relative_to_the_last_layer(drawings) -> None:
    data = drawings["theory_gradients"].data
    last = data[data.layer == 50]
    assert (last[["value", "low", "high", "theory"]] == 1).all(axis=None)


def test_growth_of_normalised_matrices_is_compared_with_their_own_radius() -> None:
    found = against_newman(theory_tables.draws(200).query("ensemble != 'document_c'"))
    own = found[found.panel == "each divided by its own ρ"].set_index("size")
    assert own.deviation.drop(5).max() < 1e-12
    assert own.deviation[5] == pytest.approx(theory_tables.GROWTH - 1)
    spread = found[found.panel == "spread over draws"]
    assert spread.deviation.max() < 1e-12
    assert (found.low <= found.value).all()


def test_spread_has_the_interval_of_chi_square() -> None:
    """Ten values: √(9/19.0228) and √(9/2.7004) times the standard deviation."""
    value, low, high = spread_interval(np.arange(10.0))
    assert value == pytest.approx(3.02765, abs=1e-5)
    assert low / value == pytest.approx(0.68784, abs=1e-4)
    assert high / value == pytest.approx(1.82562, abs=1e-4)
    assert spread_interval(np.array([4.0])) == (0, 0, 0)


def test_document_c_has_a_ratio_of_its_own() -> None:
    draws = theory_tables.draws(50).assign(theory=lambda frame: frame.angle_theory)
    ratios = slope_ratios(draws)
    own = ratios[ratios.matrix == "document C's matrix"]
    assert own.value.tolist() == pytest.approx([1.0])
    assert ratios.set_index("size").value[5].tolist() == pytest.approx([theory_tables.SLOPE, 1.0])


def test_deviations_by_hand() -> None:
    frame = pd.DataFrame({"value": [1.1, 0.5], "theory": [1.0, 0.4], "size": [2, 3]})
    assert relative(frame).deviation.tolist() == pytest.approx([0.1, 0.25])
    assert absolute(frame).deviation.tolist() == pytest.approx([0.1, 0.1])
    words = largest(relative(frame), lambda row: f"k = {row['size']:.0f}")
    assert words == "largest deviation 25 % (k = 3)"
    words = largest(absolute(frame).head(1), lambda row: "here", points)
    assert words == "largest deviation 10 points (here)"
    assert largest(absolute(frame).head(0), str) == style.MISSING


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_finite_and_intervals_hold_their_values(name: str, drawings) -> None:
    data = drawings[name].data
    assert np.isfinite(data[["value", "low", "high", "theory", "deviation"]]).all(axis=None)
    assert (data.low <= data.value + 1e-12).all()
    assert (data.value <= data.high + 1e-12).all()
    assert re.search(r"\d", drawings[name].alt)
    assert not re.search(r"nan|inf\b", drawings[name].alt)
    assert len(drawings[name].alt) < 1600
    assert style.MISSING not in texts(drawings[name])


@pytest.mark.parametrize("name", NAMES)
def test_words_fit_the_width_and_keep_off_their_neighbours(name: str, drawings) -> None:
    figure = drawings[name].figure
    words = [figure._suptitle, *(text for key in figure.legends for text in key.get_texts())]
    titles = [axes._left_title for axes in figure.axes]
    assert max(text.get_window_extent().x1 for text in [*words, *titles]) <= figure.bbox.width
    for left, right in pairwise(figure.axes):
        if left.get_position().y0 == right.get_position().y0:
            assert left._left_title.get_window_extent().x1 < right.bbox.x0 - 5


@pytest.mark.parametrize("name", NAMES)
def test_drawings_are_small(name: str, drawings) -> None:
    assert len(svg(drawings[name]).encode()) < 100_000


@pytest.mark.parametrize("name", ["theory_variance_map", "theory_power_iteration"])
def test_drawing_twice_gives_equal_bytes(name: str, drawings, folder: Path) -> None:
    assert svg(registry()[name].draw(Tables(folder))) == svg(drawings[name])


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_grid_gives_an_empty_figure_that_says_so(name: str, tmp_path: Path) -> None:
    drawing = registry()[name].draw(Tables(tmp_path))
    assert drawing.data.empty
    assert style.MISSING in texts(drawing)
    assert style.MISSING in drawing.alt
    assert "nan" not in drawing.alt


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """One draw, one activation, one init, one length of product, two sizes."""
    folder = theory_tables.build_theory(tmp_path_factory.mktemp("few"), seeds=1, count=1)
    keep = {
        "probes/signal": "activation == 'tanh' and init == 'he_normal'",
        "probes/spectra": "init == 'lecun_normal' and layer == 2",
        "matrices/draws": "size < 4",
    }
    for table, rows in keep.items():
        path = folder / f"{table}.parquet"
        pd.read_parquet(path).query(rows).to_parquet(path)
    return Tables(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_reduced_grid_is_enough(name: str, few: Tables) -> None:
    drawing = registry()[name].draw(few)
    assert len(drawing.data)
    assert (drawing.data.n == 1).all()
    assert not re.search(r"\b(nan|inf)\b", drawing.alt)


@pytest.mark.parametrize("name", ["theory_gradients", "theory_spectra"])
def test_what_a_reduced_grid_lacks_is_said_panel_by_panel(name: str, few: Tables) -> None:
    drawing = registry()[name].draw(few)
    assert texts(drawing).count(style.MISSING) == 3
