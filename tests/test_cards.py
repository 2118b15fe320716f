"""Cards: law and signals of a method as measured, and what the page makes of them."""

import numpy as np
import pandas as pd
import pytest

import probe_tables
import report_fixture as fixture
from initbench.cards.laws import law
from initbench.cards.signals import signals
from initbench.report import cards as page
from synthetic import SyntheticTables

RESIDUAL = {"family": "residual", "inputs": 6, "width": 8, "blocks": 3, "classes": 2}


@pytest.mark.parametrize(("method", "given"), [("normal", {"std": 0.3}), ("orthogonal", {})])
def test_weights_follow_the_declared_law(method, given):
    found = law(method, given, None)
    assert found["kind"] == "law"
    assert found["given"] == given
    assert abs(found["variance"]["value"] - 1) < 0.01
    assert found["p"] > 1e-3


def test_a_method_without_a_law_shows_its_sizes_on_a_net_of_the_grid():
    found = law("zero_last", {}, RESIDUAL)
    assert found["kind"] == "size"
    assert found["mean_square"][0] == 0
    assert found["mean_square"][1] == pytest.approx(2, rel=0.3)
    assert law("zero_last", {}, None) is None


def test_the_gain_of_an_activation_gives_way_to_the_default_one():
    assert law("xavier_normal", {"gain": "activation"}, None)["given"] == {}


def test_a_calibrated_method_is_drawn_on_gaussian_inputs():
    net = {"family": "mlp", "inputs": 9, "width": 8, "depth": 2}
    assert law("lsuv", {}, net)["layers"] == 3


def probe(inits, width):
    frame = probe_tables.propagation(inits, 7, ["tanh", "gelu"], [16, width], 20)
    return frame.assign(index=0)


def test_signals_come_from_the_first_probe_that_knows_the_init():
    frames = {"probes/one": probe(["default"], 64), "probes/two": probe(["he_normal"], 256)}
    tables = SyntheticTables(frames)
    found = signals(tables, ["default", "he_normal", "zeros"], ["one", "two"])
    assert [(one["init"], one["activation"], one["width"]) for one in found] == [
        ("default", "tanh", 64),
        ("he_normal", "tanh", 16),
    ]
    rows = frames["probes/one"]
    rows = rows[(rows.activation == "tanh") & (rows.width == 64)]
    rows = rows[rows.quantity == "second_moment"].pivot(
        index="seed", columns="layer", values="value"
    )
    assert found[0]["layers"] == [1, 20]
    assert found[0]["forward"]["value"] == pytest.approx((rows[20] / rows[1]).median())
    assert found[0]["forward"]["n"] == 7


def test_a_signal_that_is_lost_has_no_number():
    frame = probe(["default"], 64)
    frame.loc[frame.quantity == "state_gradient_rms", "value"] = 0.0
    with np.errstate(invalid="ignore"):
        (found,) = signals(SyntheticTables({"probes/one": frame}), ["default"], ["one"])
    assert found["backward"]["value"] is None


def record(**changes):
    return fixture.card() | changes


def test_results_rank_an_init_among_its_rivals():
    inputs = fixture.inputs(cards=[record(instances=["xavier", "default"])])
    (card,) = page.cards(inputs)
    assert [(r.init, r.rank, r.rivals) for r in card.results] == [
        ("xavier", 2, 4),
        ("default", 3, 4),
    ]
    assert card.more == 0


def test_methods_that_this_run_does_not_know_come_last():
    inputs = fixture.inputs(
        cards=[record(title="A", instances=[]), record(title="b"), record(title="C")]
    )
    assert [card.record["title"] for card in page.cards(inputs)] == ["b", "C", "A"]


def test_a_probe_without_the_inits_gives_no_signals():
    assert signals(SyntheticTables({"probes/one": probe(["default"], 64)}), [], ["one"]) == []
    empty = pd.DataFrame(columns=probe_tables.COLUMNS)
    assert signals(SyntheticTables({"probes/one": empty}), ["default"], ["one"]) == []
