"""Figures of recurrent, residual, custom and output inits: what they plot is what the runs did."""

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from figure_tables import outcomes, tiny_accuracy, write
from initbench.figures.kit import scores, style
from initbench.figures.kit.registry import Drawing, registry
from initbench.figures.kit.save import svg
from initbench.figures.output_bias.runs import common_goal, entropy, own_goal, updates_to
from initbench.figures.recurrent import memory
from initbench.tables.read import Tables
from project_ledger import showing
from recurrent_tables import build_recurrent

FAMILIES = ("recurrent", "residual", "special", "output")
NAMES = [name for name in registry() if name.split("_")[0] in FAMILIES]
CLAIMS = {
    **dict.fromkeys(["recurrent_accuracy", "recurrent_curves"], ("B40", "B51", "B81")),
    **dict.fromkeys(["recurrent_forget_bias", "recurrent_bias_curves"], ("B58", "B82")),
    **{"recurrent_gates": ("B52", "B53"), "recurrent_rows": ("B40", "B52", "B53", "B58")},
    **dict.fromkeys(["residual_depth", "residual_curves"], ("B85", "B86")),
    **dict.fromkeys(["special_nets_cnn", "special_nets_types"], ("B46",)),
    **{"special_nets_siren": ("B88",), "special_nets_exercise": ("B94",)},
    **dict.fromkeys(["output_bias", "output_recall"], ("B59",)),
}
CHAINS = ["default", "xavier", "he", "orthogonal", "svd_k1_s0.8", "svd_k1_s1.0", "svd_k8_s1.0"]
FEW = {
    "short tasks, plain cells": ["recall_20", "adding_20"],
    "deep nets": ["residual", "cnn", "tiny_sgd"],
    "a signal and classes": ["siren", "output_bias"],
}


def build(folder: Path, seeds: int = 7) -> Path:
    build_recurrent(folder, seeds)
    for name, start in {"tiny_factorial": "svd", "tiny_sgd": ""}.items():
        inits = [init for init in CHAINS if init.startswith("svd") == bool(start)]
        tasks = ["moons", "circles"]
        cells = [(task, "tanh_chain", init) for task in tasks for init in inits]
        write(folder, name, outcomes=outcomes(cells, seeds, tiny_accuracy))
    return folder


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return Tables(build(tmp_path_factory.mktemp("recurrent")))


@pytest.fixture(scope="module")
def drawings(tables: Tables) -> dict[str, Drawing]:
    return {name: registry()[name].draw(tables) for name in NAMES}


def said(drawing: Drawing) -> str:
    return "\n".join(text.get_text() for text in drawing.figure.findobj(Text))


def test_every_figure_is_registered_with_its_claims() -> None:
    assert set(NAMES) == set(CLAIMS)
    assert all(showing(name) >= set(claims) for name, claims in CLAIMS.items())


@pytest.mark.parametrize("name", NAMES)
def test_a_full_grid_fills_every_panel(name: str, drawings) -> None:
    drawing = drawings[name]
    assert style.MISSING not in said(drawing)
    assert re.search(r"n = \d", said(drawing))
    assert re.search(r"\d", drawing.alt)
    assert not re.search(r"nan|inf\b", drawing.alt)
    assert len(drawing.alt) < 1600
    assert len(svg(drawing).encode()) < 100_000


@pytest.mark.parametrize("name", NAMES)
def test_intervals_surround_their_values(name: str, drawings) -> None:
    data = drawings[name].data
    assert (data.low <= data.value + 1e-12).all()
    assert (data.value <= data.high + 1e-12).all()
    assert (data.n == 7).all()


@pytest.mark.parametrize("name", NAMES)
def test_headings_and_key_stay_inside(name: str, drawings) -> None:
    figure = drawings[name].figure
    key = [text for legend in figure.legends for text in legend.get_texts()]
    titles = [axes._left_title for axes in figure.axes]
    sides = [axes.yaxis.label for axes in figure.axes]
    for text in (figure._suptitle, *key, *titles, *sides):
        box = text.get_window_extent()
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width
        assert box.y1 <= figure.bbox.height


@pytest.mark.parametrize("few", FEW)
def test_a_grid_with_holes_and_one_seed_is_enough(few: str, tmp_path: Path) -> None:
    folder = build(tmp_path, seeds=1)
    for path in folder.glob("*/*.parquet"):
        if path.parent.name not in FEW[few]:
            path.unlink()
        else:
            frame = pd.read_parquet(path)
            frame[frame["init"] != "recurrent_orthogonal"].to_parquet(path)
    for name in NAMES:
        needs = set(registry()[name].needs)
        if not needs & set(FEW[few]):
            continue  # empty, as in tests/test_figures_reduced.py
        drawing = registry()[name].draw(Tables(folder))
        whole = needs <= set(FEW[few])
        assert whole or style.MISSING in said(drawing)
        assert not re.search(r"nan|inf\b", drawing.alt)


def one(frame: pd.DataFrame, **wanted: object) -> pd.Series:
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_scores_are_those_of_the_runs(tables: Tables, drawings) -> None:
    wanted = {"init": "recurrent_orthogonal", "level": "60 steps"}
    runs = tables.outcomes("adding_60").query(
        "init == 'recurrent_orthogonal' and architecture == 'rnn_adding'"
    )
    data = drawings["recurrent_accuracy"].data
    hits = one(data, panel="Adding problem: hits", **wanted)
    error = one(data, panel="Adding problem: error", **wanted)
    assert hits.value == pytest.approx(runs.test_accuracy.mean())
    assert error.value == pytest.approx(runs.test_loss.median())


def test_gated_cells_are_told_apart(tables: Tables, drawings) -> None:
    runs = tables.outcomes("recall_20").query(
        "init == 'recurrent_default' and architecture == 'gru_recall'"
    )
    wanted = {"panel": "Delayed recall", "level": "20 steps"}
    row = one(drawings["recurrent_gates"].data, row="GRU, default", **wanted)
    assert row.value == pytest.approx(runs.test_accuracy.mean())


def test_half_lives_stand_beside_the_doses(drawings) -> None:
    """A gate at σ(b) keeps σ(b)^t: one step at b = 0, ln 2/ln(1 + 1/e) at b = 1."""
    data = drawings["recurrent_forget_bias"].data
    half = data.groupby("bias").half_life.first()
    assert half[0] == pytest.approx(1)
    assert half[1] == pytest.approx(math.log(2) / math.log(1 + math.exp(-1)))
    assert set(data.bias) == {-1, 0, 1, 2}


def test_always_answering_one_hits_nineteen_percent_of_the_sums() -> None:
    grid = (np.arange(500) + 0.5) / 500
    hits = np.abs(grid[:, None] + grid - 1) < 0.1
    assert memory.PANELS["Adding problem: hits"][2] == pytest.approx(hits.mean(), abs=0.002)


def test_success_at_64_blocks_is_that_of_the_runs(tables: Tables, drawings) -> None:
    data = drawings["residual_depth"].data
    runs = tables.outcomes("residual").query(
        "init == 'residual_scaled' and architecture == 'residual_b64'"
    )
    row = one(data, panel="share of runs at 80 % or more", init="residual_scaled", blocks=64)
    assert row.value == (runs.test_accuracy >= 0.8).mean()
    assert set(data[data["init"] == "residual_rezero"].blocks) == {4, 16, 64}


def test_a_pattern_matches_whole_names_only() -> None:
    frame = pd.DataFrame({"architecture": ["residual_b4", "residual_rezero_b4", "residual_b64"]})
    assert len(scores.of_net(frame, "residual.*_b4")) == 2


def test_signal_to_noise_against_known_answers() -> None:
    runs = pd.DataFrame({"test_loss": [4.0, 0.04, 4e-4, 400.0, np.nan]})
    assert scores.signal_to_noise(runs).tolist() == pytest.approx([0, 20, 40, 0, 0])


def test_panels_of_one_score_share_their_axis(drawings) -> None:
    conv, recall, adding, residual = drawings["special_nets_types"].figure.axes
    assert conv.get_xlim() == recall.get_xlim() == residual.get_xlim()
    assert not adding.get_shared_x_axes().joined(adding, conv)


def test_matched_inits_come_first(drawings) -> None:
    data = drawings["special_nets_types"].data
    for _, part in data.groupby("panel"):
        assert part["row"].iloc[0].endswith("(matched)")
        assert part["row"].nunique() == 3


def test_the_chain_is_judged_on_moons_alone(drawings) -> None:
    data = drawings["special_nets_exercise"].data
    chain = data[data.panel.str.contains("moons")]
    assert (chain.n == 7).all()
    assert chain["init"].tolist()[:2] == ["svd_k1_s0.8", "svd_k1_s1.0"]
    assert "svd_k8_s1.0" not in set(chain["init"])
    assert chain["row"].str.endswith("(custom)").sum() == 2


def loss_table(rows: dict[str, list[float]]) -> pd.DataFrame:
    """Return losses at the updates 0, 10 and 20 of one seed a bias."""
    index = [("long_tail_10", "mlp", f"output_{bias}", 1) for bias in rows]
    names = ["dataset", "net", "init", "seed"]
    columns = pd.Index([0, 10, 20], name="step")
    return pd.DataFrame(rows.values(), pd.MultiIndex.from_tuples(index, names=names), columns)


def test_updates_to_the_goal_against_known_answers() -> None:
    runs = loss_table({"zero": [2.0, 1.05, 1.0], "prior": [1.2, 1.1, 1.0], "default": [3, 2, 1.5]})
    own, common = own_goal(runs), common_goal(runs)
    assert own.tolist() == pytest.approx([1.1, 1.02, 1.65])
    assert common.tolist() == pytest.approx([1.1] * 3)
    assert updates_to(runs, own).tolist() == [10, 20, 20]
    slack = common + 1e-9
    assert updates_to(runs, slack).tolist() == [10, 10, 20]


def test_without_a_zero_bias_there_is_no_common_goal() -> None:
    runs = loss_table({"prior": [1.2, 1.1, 1.0]})
    assert updates_to(runs, common_goal(runs)).empty


def test_entropies_of_the_class_shares() -> None:
    """−0.99 ln 0.99 − 0.01 ln 0.01; the tail's lies below that of ten equal classes."""
    exact = -0.99 * math.log(0.99) - 0.01 * math.log(0.01)
    assert entropy("imbalanced_99_1") == pytest.approx(exact)
    assert 1 < entropy("long_tail_10") < math.log(10)


def test_recalls_are_those_after_the_last_update(tables: Tables, drawings) -> None:
    layers = tables.layers("output_bias").query(
        "architecture == 'mlp_long_tail' and init == 'output_prior' and step == 300 and index == 9"
    )
    wanted = {"dataset": "long_tail_10", "net": "mlp", "init": "output_prior", "class": 10}
    row = one(drawings["output_recall"].data, **wanted)
    assert row.value == pytest.approx(layers.value.mean())
