"""Figures of what inits do before training: known answers, and grids that lack parts."""

import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from initbench.figures.kit import style
from initbench.figures.kit.over_depth import held, measured
from initbench.figures.kit.registry import Drawing, registry
from initbench.figures.kit.save import svg
from initbench.figures.propagation.backward import SHAPES, decades, units
from initbench.figures.propagation.conv_borders import BOUNDS, FILLS, TEXTS, blocks
from initbench.figures.propagation.gain import factors, slope
from initbench.figures.propagation.nets import FITTED, PLAIN
from initbench.figures.propagation.simple_net import BIAS_VARIANCE, WEIGHTS, predicted_std
from initbench.probes.propagation import sizes
from initbench.tables.read import Tables
from probe_tables import build_probes
from project_ledger import showing

CLAIMS = {
    "signal_forward": "B07 B08 B28 B77 B78",
    "signal_forward_fitted": "B43 B74",
    "signal_forward_widths": "B37",
    "signal_variance": "B27 B28",
    "signal_backward": "B05 B07 B08 B29",
    "signal_slopes": "B05 B07 B08 B29",
    "signal_shapes": "B39",
    "signal_activations_share": "B36",
    "signal_correlation": "B37",
    "signal_rank": "",
    "signal_width_gain": "B21",
    "signal_he_variants": "B74",
    "simple_net_std": "B60 B62",
    "simple_net_histograms": "B60 B62 B92",
    "conv_border_maps": "B50",
    "conv_border_depth": "B50",
    "lsuv_variance": "B43",
    "lsuv_heldout": "B43",
    "lsuv_scale": "B45",
}
NEW = [
    *("lecun_normal", "delta_orthogonal", "dirac", "truncated_normal", "sparse"),
    *("truncated_normal_absolute", "xavier_gained"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_probes(tmp_path_factory.mktemp("probes"), seeds=3)


def draw(name: str, folder: Path) -> Drawing:
    return registry()[name].draw(Tables(folder))


def edited(folder: Path, target: Path, probe: str, keep: str) -> Path:
    """Write the rows of one probe that `keep` selects below `target`, and no other probe."""
    (target / "probes").mkdir(exist_ok=True)
    frame = pd.read_parquet(folder / f"probes/{probe}.parquet").query(keep)
    frame.to_parquet(target / f"probes/{probe}.parquet")
    return target


@pytest.mark.parametrize("name", CLAIMS)
def test_each_figure_names_its_claims(name: str) -> None:
    assert showing(name) >= set(CLAIMS[name].split())


@pytest.mark.parametrize("name", ["signal_activations_share", "lsuv_scale", "conv_border_maps"])
def test_headings_of_panels_fit_and_say_n(name: str, folder: Path) -> None:
    drawing = draw(name, folder)
    shown = [axes for axes in drawing.figure.axes if axes.get_visible()]
    titles = [axes._left_title for axes in shown if axes.get_title(loc="left")]
    assert max(title.get_window_extent().x1 for title in titles) <= drawing.figure.bbox.width
    assert all("n = 3" in title.get_text() for title in titles)


def test_inits_that_share_a_panel_differ_in_marker_and_mostly_in_colour() -> None:
    for group in (PLAIN, FITTED, ["xavier_normal", "he_normal", "delta_orthogonal", "dirac"]):
        looks = [style.look(init) for init in group]
        assert len({drawn.marker for drawn in looks}) == len(group)
        assert len({drawn.colour for drawn in looks}) >= len(group) - (group == PLAIN)


@pytest.mark.parametrize("init", [*FITTED, *NEW])
def test_new_inits_have_looks_of_their_own(init: str) -> None:
    others = [drawn for name, drawn in style.LOOKS.items() if not init.startswith(name)]
    assert style.look(init) in style.LOOKS.values()
    assert style.look(init) not in others


def net(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"init": "a", "activation": "relu", "quantity": "q", "seed": 1} | columns)


def test_factor_of_a_layer_is_the_geometric_mean() -> None:
    frame = net(layer=[5, 1, 10], value=[7.0, 3.0, 3.0 * 2.0**9])
    assert factors(frame, ["init"]).factor.tolist() == [pytest.approx(2.0)]
    assert factors(frame.assign(value=0.0), ["init"]).empty


def test_slope_on_width() -> None:
    frame = pd.DataFrame({"width": [16, 64, 256], "value": [2.0, 4.0, 8.0]})
    assert slope(frame) == pytest.approx(0.5)
    assert math.isnan(slope(frame[:1]))


def test_decades_of_a_draw_that_dies_do_not_count() -> None:
    layers = np.arange(1, 21)
    alive = net(layer=layers, value=5 * 10 ** (-0.3 * layers))
    dead = net(layer=layers, value=np.where(layers > 9, 0.0, 1.0), seed=2)
    found = decades(pd.concat([alive, dead]))
    assert found.seed.tolist() == [1]
    assert found.slope.iloc[0] == pytest.approx(-0.3)


@pytest.mark.parametrize("shape", SHAPES)
def test_units_are_those_of_the_measured_nets(shape: str) -> None:
    frame = pd.DataFrame({"variant": shape, "width": 16, "layer": range(1, 51)})
    assert units(frame).tolist() == sizes(16, 50, shape)[1:]


@given(st.lists(st.floats(1e-30, 1e30), min_size=1))
def test_held_values_lie_within_the_limits(values: list[float]) -> None:
    frame = pd.DataFrame({"value": values, "low": values, "high": values})
    within = held(frame, (1e-3, 1e3)).value
    inside = frame.value.between(1e-3, 1e3)
    assert within.between(1e-3, 1e3).all()
    assert (within[inside] == frame.value[inside]).all()


@pytest.mark.parametrize(
    ("init", "first", "last"),
    [
        ("default", 0.580, 0.111),
        ("xavier_normal", 1.0, 0.655),
        ("he_normal", 1.414, 1.39),
        ("normal_0.01", 0.115, 0.055),
        ("normal_1", 10.0, 489.0),
    ],
)
def test_expected_spread_of_simple_net(init: str, first: float, last: float) -> None:
    """The ledger's analytic values for B62."""
    found = predicted_std(WEIGHTS[init], BIAS_VARIANCE["default"])
    assert found[0] == pytest.approx(first, rel=0.01)
    assert found[2] == pytest.approx(last, rel=0.015)


def test_without_bias_the_spread_scales_with_the_weights() -> None:
    small, large = (predicted_std((v, v, v), 0.0) for v in (1e-4, 1.0))
    assert [big / one for one, big in zip(small, large, strict=True)] == pytest.approx(
        [1e2, 1e4, 1e6]
    )


def test_histograms_are_densities_of_the_first_draw(folder: Path) -> None:
    frame = draw("simple_net_histograms", folder).data
    areas = (frame.density * frame.step).groupby([frame["init"], frame.variant, frame.layer]).sum()
    assert len(areas) == 5 * 2 * 3
    np.testing.assert_allclose(areas, 1)


@given(arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 6))).filter(np.any))
def test_blocks_cover_the_true_cells_alone(mask: np.ndarray) -> None:
    path = blocks(mask)
    cells = list(itertools.product(*map(range, mask.shape)))
    inside = path.contains_points([(column + 0.5, row + 0.5) for row, column in cells])
    assert inside.tolist() == mask.ravel().tolist()


def test_every_band_of_the_maps_has_a_fill_and_a_text() -> None:
    assert len(BOUNDS) - 1 == len(FILLS) == len(TEXTS)


def test_maps_of_he_are_relative_to_its_own_target(folder: Path) -> None:
    means = draw("conv_border_maps", folder).data.groupby("init").value.mean()
    assert means["he_normal"] == pytest.approx(means["xavier_normal"])
    assert means["dirac"] == pytest.approx(1)


def test_rank_ends_where_rounding_begins(folder: Path, tmp_path: Path) -> None:
    path = edited(folder, tmp_path, "signal", "width == 64") / "probes/signal.parquet"
    frame = pd.read_parquet(path)
    lost = (frame.quantity == "variance") & (frame.layer > 20) & (frame.activation == "tanh")
    frame.assign(value=frame.value.mask(lost, 0.0)).to_parquet(path)
    reach = draw("signal_rank", tmp_path).data.groupby("activation").layer.max()
    assert reach["tanh"] == 20
    assert reach["identity"] == 50


def test_values_that_do_not_exist_lower_n(folder: Path, tmp_path: Path) -> None:
    path = edited(folder, tmp_path, "signal", "width == 64") / "probes/signal.parquet"
    frame = pd.read_parquet(path)
    first = frame.seed == frame.seed.min()
    frame.assign(value=frame.value.mask(first)).to_parquet(path)
    assert len(measured(Tables(tmp_path), "signal")) == (~first).sum()
    assert (draw("signal_correlation", tmp_path).data.n == frame.seed.nunique() - 1).all()


REDUCED = {
    "signal_forward": ("signal", "activation == 'tanh'"),
    "signal_forward_widths": ("signal", "width == 64 and init == 'he_normal'"),
    "signal_slopes": ("signal_w100", "activation == 'relu'"),
    "signal_shapes": ("signal_shapes", "variant == 'square'"),
    "signal_he_variants": ("signal", "width == 64 and init == 'he_normal'"),
    "simple_net_std": ("simple_net", "layer == 1"),
    "simple_net_histograms": ("simple_net", "variant == 'zero' and layer == 3"),
    "conv_border_maps": ("conv_borders", "layer == 1"),
    "lsuv_scale": ("lsuv_report", "activation == 'relu' and variant == '1'"),
}


@pytest.mark.parametrize("name", REDUCED)
def test_missing_parts_are_said(name: str, folder: Path, tmp_path: Path) -> None:
    drawing = draw(name, edited(folder, tmp_path, *REDUCED[name]))
    assert style.MISSING in svg(drawing)
    assert len(drawing.data)
    assert "nan" not in drawing.alt


def test_one_width_has_no_slope(folder: Path, tmp_path: Path) -> None:
    drawing = draw("signal_width_gain", edited(folder, tmp_path, "signal_widths", "width == 64"))
    assert "not finite" in drawing.alt
