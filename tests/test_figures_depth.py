"""Figures of document B's trained nets: known answers, and grids that lack parts."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Text

from depth_tables import GRID, build_depth
from initbench.figures.depth import nets as frames
from initbench.figures.depth.learning_time import survival
from initbench.figures.depth.monitor import alarms, in_decades
from initbench.figures.depth.pairs import differences
from initbench.figures.depth.rates import scores
from initbench.figures.depth.regret import regrets
from initbench.figures.kit import style
from initbench.figures.kit.registry import Drawing, registry
from initbench.figures.layer_norm.nets import sigma
from initbench.figures.layer_norm.scales import normalised_gradient
from initbench.tables.read import Tables
from project_ledger import showing

CLAIMS = {
    "depth_accuracy": "B02 B41 B44 B73 B75 B76 B87 B89 B90",
    "depth_success": "B02 B41 B44 B73 B75 B76 B87 B89 B13 B84",
    "depth_survival": "B03 B91",
    "depth_curves": "B02 B03 B91",
    "depth_gradients": "B19 B20",
    "depth_gradients_tanh": "B19 B20",
    "depth_backward": "B19 B20",
    "depth_tiny_weights": "B19",
    "depth_rates": "B73 B75 B76",
    "depth_rate_scores": "B73 B75 B76",
    "depth_fixed_rate": "B73 B75",
    "depth_monitor": "B83",
    "depth_regret": "B90",
    "depth_kick": "B04",
    "depth_bias": "B55",
    "depth_uniform": "B31",
    "depth_variants": "B74",
    "layer_norm_success": "B66 B68 B71 B72 B79",
    "layer_norm_gradient": "B69 B72",
    "layer_norm_curves": "B71 B93",
    "transformer_success": "B80",
}
REDUCED = {  # what is kept: an experiment and its rows
    "depth_accuracy": ("mlp_depth", "architecture == 'mlp_relu_d3'"),
    "depth_survival": ("mlp_default", "architecture == 'mlp_relu_d10'"),
    "depth_gradients": ("mlp_small", "architecture == 'mlp_relu_d30'"),
    "depth_tiny_weights": ("mlp_adam", "init == 'he_normal'"),
    "depth_rate_scores": ("mlp_depth", "architecture == 'mlp_tanh_d3' and init == 'lsuv'"),
    "depth_fixed_rate": ("mlp_fixed_rate", "architecture == 'mlp_relu_d3'"),
    "depth_monitor": ("mlp_depth", "architecture == 'mlp_relu_d3' and init == 'he_normal'"),
    "depth_kick": ("mlp_kick_1e-2", "architecture == 'mlp_relu_d10'"),
    "depth_variants": ("mlp_variants", "architecture == 'mlp_elu_d30'"),
    "layer_norm_gradient": ("ln_depth", "architecture == 'ln_d3'"),
    "layer_norm_success": ("ln_depth", "init == 'sigma_1'"),
    "layer_norm_curves": ("ln_depth", "architecture == 'ln_d3'"),
    "transformer_success": ("transformer", "architecture == 'transformer_pre_l2'"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_depth(tmp_path_factory.mktemp("depth"), seeds=3)


@pytest.fixture(scope="module")
def tables(folder: Path) -> Tables:
    return Tables(folder)


def draw(name: str, tables: Tables) -> Drawing:
    return registry()[name].draw(tables)


def texts(drawing: Drawing) -> list[str]:
    return [text.get_text() for text in drawing.figure.findobj(Text)]


def kept(folder: Path, target: Path, experiment: str, rows: str) -> Tables:
    """Write the rows of one experiment that `rows` selects below `target`, and no other one."""
    (target / experiment).mkdir()
    for path in (folder / experiment).glob("*.parquet"):
        pd.read_parquet(path).query(rows).to_parquet(target / experiment / path.name)
    return Tables(target)


def test_each_figure_names_its_claims_and_what_it_reads() -> None:
    specs = {
        name: spec
        for name, spec in registry().items()
        if name.startswith(("depth_", "layer_norm_", "transformer_"))
    }
    assert set(specs) == set(CLAIMS)
    assert all(showing(name) >= set(claims.split()) for name, claims in CLAIMS.items())
    assert {need for spec in specs.values() for need in spec.needs} == set(GRID)


@pytest.mark.parametrize("name", REDUCED)
def test_missing_parts_are_said(name: str, folder: Path, tmp_path: Path) -> None:
    drawing = draw(name, kept(folder, tmp_path, *REDUCED[name]))
    assert style.MISSING in texts(drawing)
    assert len(drawing.data)
    assert not re.search(r"\bnan\b", drawing.alt)


def test_every_cell_of_the_maps_says_its_number(tables: Tables) -> None:
    drawing = draw("depth_success", tables)
    written = texts(drawing)
    assert len(drawing.data) == sum(
        re.fullmatch(r"\d+ to \d+", text) is not None for text in written
    )
    best = drawing.data[drawing.data["init"] == "he_normal"].query("activation == 'relu'")
    assert best.depth.tolist() == [3, 10, 30, 60]
    assert best.value.tolist() == [1.0] * 4
    assert sum("(n = 3)" in text for text in written) == 4


def test_an_init_of_a_new_name_gets_a_row_after_the_known_ones() -> None:
    frame = pd.DataFrame({"init": ["mine", "zeros", "default", "also_mine"]})
    assert frames.ordered(frame) == ["default", "zeros", "also_mine", "mine"]


def test_a_run_of_two_experiments_counts_once(tables: Tables) -> None:
    found = frames.trained(tables.outcomes, ["mlp_depth", "mlp_depth"], init="lsuv")
    both = found[found.architecture == "mlp_sigmoid_d10"]
    assert len(both) == both.seed.nunique() == 3
    assert set(found.activation) == set(frames.FOUR)
    assert found.depth.dtype == int


def curve(init: str, seed: int, accuracies: list[float]) -> pd.DataFrame:
    steps = [0, 8, 79, 395]
    cell = {"activation": "relu", "depth": 3, "init": init, "seed": seed, "split": "test"}
    return pd.DataFrame({"step": steps, "accuracy": accuracies}).assign(**cell)


def test_runs_survive_until_the_first_step_with_eighty_per_cent() -> None:
    curves = [curve("a", 1, [0.1, 0.8, 0.7, 0.9]), curve("a", 2, [0.1, 0.1, 0.79, 0.79])]
    times = frames.first_steps(pd.concat(curves))
    assert times.time.tolist() == [8, 395]
    assert times.reached.tolist() == [True, False]
    stairs = survival(times)
    assert stairs.groupby("step").value.last().to_dict() == {0: 1.0, 8: 0.5, 395: 0.5}


def test_stairs_of_runs_that_all_learn_go_on_to_the_end() -> None:
    stairs = survival(frames.first_steps(curve("a", 1, [0.1, 0.1, 0.9, 0.9])))
    assert stairs.step.tolist() == [0, 79, 395]
    assert stairs.value.tolist() == [1, 0, 0]


def test_gradient_ratio_is_that_of_first_and_head_biases(tables: Tables) -> None:
    wanted = {"architecture": "mlp_relu_d10", "init": "lsuv"}
    ratio = frames.backward_ratio(tables, ["mlp_depth"], **wanted).set_index(["step", "seed"])
    rows = tables.layers("mlp_depth").query(
        "architecture == 'mlp_relu_d10' and init == 'lsuv' and quantity == 'gradient_norm'"
    )
    norms = rows.set_index(["step", "seed", "layer"])["value"]
    first, head = (norms.xs(f"{name}.bias", level="layer") for name in ("layers.0", "final"))
    pd.testing.assert_series_equal(ratio["value"], first / head, check_names=False)


def test_alarms_of_a_silent_net_are_finite_and_worst() -> None:
    assert np.isfinite(_alarm(0.0))
    assert _alarm(0.0) > _alarm(1e-30) > _alarm(1e-2) == pytest.approx(2)
    assert _alarm(1.0) == 0
    assert _alarm(np.inf) == _alarm(0.0) == _alarm(np.nan)


def _alarm(value: float) -> float:
    return float(in_decades(pd.Series([value])).iloc[0])


def test_alarms_have_one_row_a_run_and_early_moment(tables: Tables) -> None:
    table = alarms(tables)
    assert table.groupby(frames.RUN).step.agg(list).map(tuple).unique().tolist() == [(0, 50)]
    assert "zeros" not in set(table["init"])
    ends = tables.outcomes("mlp_depth").query("init != 'zeros'")
    assert table.failed.sum() == 2 * (ends.test_accuracy < 0.8).sum()


def test_regret_is_zero_for_the_best_and_the_mean_for_a_random_choice(tables: Tables) -> None:
    regret = (
        regrets(tables).groupby(["init", "activation", "depth"])["regret"].mean().unstack("init")
    )
    single = regret.drop(columns=["random", "advice", "matched"])
    assert single.min(axis=1).to_numpy() == pytest.approx(0, abs=1e-12)
    pd.testing.assert_series_equal(regret.random, single.mean(axis=1), check_names=False)
    assert regret.matched["relu"].tolist() == regret.he_normal["relu"].tolist()
    assert regret.advice["tanh", 30] == regret.lsuv["tanh", 30]
    assert regret.advice["tanh", 10] == regret.xavier_normal["tanh", 10]


def test_differences_are_paired_by_seed() -> None:
    frame = pd.DataFrame(
        {"init": ["a", "b"] * 2, "seed": [1, 1, 2, 2], "x": [3.0, 1.0, 9.0, 5.0]}
    ).assign(activation="relu", depth=3)
    row = differences(frame, "x", {"a": "b"}).iloc[0]
    assert (row["init"], row.n, row.value) == ("a", 2, 3.0)
    assert row.low < 0 < row.high


def test_each_rate_that_was_tried_stands_beside_the_one_chosen(tables: Tables) -> None:
    frame = scores(tables)
    assert sorted(frame.rate.unique()) == [0.003, 0.01, 0.03, 0.1]
    best = frame.loc[frame.groupby(["activation", "depth", "init"])["score"].idxmax()]
    assert (best.rate == best.chosen).all()


@pytest.mark.parametrize(
    ("init", "std"), [("sigma_3e-2", 0.03), ("sigma_1e-4", 1e-4), ("sigma_3", 3)]
)
def test_scales_are_read_from_the_names(init: str, std: float) -> None:
    assert sigma(pd.Series([init])).tolist() == [std]
    assert sigma(pd.Series(["he_normal"])).isna().all()


@given(st.floats(0.05, 10), st.integers(1, 60))
def test_behind_layer_norms_the_first_gradient_hardly_depends_on_the_scale(
    scale: float, depth: int
) -> None:
    at_one, here = normalised_gradient(np.array([1.0, scale]), depth)
    assert here == pytest.approx(at_one, rel=0.02)


@pytest.mark.parametrize("depth", [1, 3, 10])
def test_below_epsilon_the_gradient_vanishes_as_the_scale_to_the_depth(depth: int) -> None:
    """A LayerNorm that divides by √ε is a linear map: σ of the head and of each later layer."""
    small, smaller = normalised_gradient(np.array([1e-9, 1e-10]), depth)
    assert small / smaller == pytest.approx(10.0**depth, rel=1e-3)
