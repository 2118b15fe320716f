"""Document A's adjudicators on made-up tables: worlds in which its claims are true, false, open."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from initbench.claims import Ledger, Verdict, judge, measure
from initbench.claims.adjudicators.kit.registry import adjudicators
from initbench.claims.adjudicators.kit.runs import measured
from initbench.claims.adjudicators.tanh_chain import (
    ceiling,
    factorial,
    geometry,
    spectra,
)
from initbench.claims.adjudicators.tanh_chain.arms import chain
from initbench.claims.keys import flat
from initbench.errors import InitbenchError
from project_ledger import the_ledger
from synthetic import SyntheticTables
from tiny_world import OPPOSITE, SHORT, SMALL, TOLD, World, curves_of, other_recipe, world_tables

pytestmark = pytest.mark.usefixtures("without_chance")

CLAIMS = Path(__file__).parents[1] / "workflow" / "claims"
EXPERIMENTS = {"tiny_sgd", "tiny_sgd_fast", "tiny_adam", "tiny_minibatch", "tiny_factorial"}
MEASURED = ("tanh_chain", "propagation")


@cache
def ledger_of_a() -> Ledger:
    """Return the ledger with the rows of document A alone."""
    rows = tuple(row for row in the_ledger().rows if row.document == "A")
    return replace(the_ledger(), rows=rows)


@cache
def verdicts(world: World) -> dict[str, Verdict]:
    evidence = measure(ledger_of_a().rows, world_tables(world))
    return {verdict.id: verdict for verdict in judge(ledger_of_a(), evidence)}


def words(world: World) -> dict[str, str]:
    return {claim: verdict.verdict for claim, verdict in verdicts(world).items()}


def test_the_ledger_has_39_rows_with_what_they_need() -> None:
    rows = ledger_of_a().rows
    assert [row.id for row in rows] == [f"A{k:02}" for k in range(1, 40)]
    assert {row.id for row in rows if row.alias_of} == {"A13", "A34"}
    assert {row.id for row in rows if row.rule} <= adjudicators().keys()
    for row in rows:
        assert set(row.needs) <= EXPERIMENTS | {"signal_tanh_depth", "checks", "replay"}


def test_amendments_name_the_rows_that_cite_them() -> None:
    for amendment in ledger_of_a().amendments:
        if amendment.id.startswith("MA"):
            citing = {row.id for row in ledger_of_a().rows if amendment.id in row.amendments}
            assert citing == set(amendment.rows)


def test_every_row_says_why() -> None:
    for row in ledger_of_a().rows:
        assert {"reproduced", "not_reproduced"} & row.why.keys()


def test_the_world_as_the_document_tells_it() -> None:
    told = words(TOLD)
    assert told.pop("A01") == "partly reproduced"  # two moons are no yin-yang
    assert {claim: word for claim, word in told.items() if word != "reproduced"} == {}


def test_the_opposite_world() -> None:
    opposite = words(OPPOSITE)
    del opposite["A03"]  # with Adam the task is solved here, and it should be
    assert opposite.pop("A14") == "partly reproduced"  # and its end is perfect
    assert {claim: word for claim, word in opposite.items() if word != "not reproduced"} == {}


def test_four_seeds_decide_nothing() -> None:
    sampled = {row.id for row in ledger_of_a().rows if row.rule and row.bed in MEASURED}
    sampled -= {"A01", "A06", "A07", "A21", "A22", "A29", "A30", "A31"}  # not sampled over seeds
    short = words(SHORT)
    assert {claim: short[claim] for claim in sampled if short[claim] != "inconclusive"} == {}


def verdict_of(claim: str, tables: SyntheticTables) -> str:
    """Return the verdict of one claim judged alone."""
    alone = replace(ledger_of_a(), rows=(ledger_of_a().row(claim),), amendments=())
    return judge(alone, measure(alone.rows, tables))[0].verdict


def test_half_of_the_way_is_partly_reproduced() -> None:
    tables = world_tables(replace(TOLD, orthogonal=0.85, first_4=0.3, last_4=0.9, wide=0.0))
    assert verdict_of("A19", tables) == "partly reproduced"
    assert verdict_of("A27", tables) == "partly reproduced"
    assert verdict_of("A12", tables) == "not reproduced"
    tables.frames["tiny_adam/outcomes"] = other_recipe(TOLD, 0.0)
    assert verdict_of("A12", tables) == "partly reproduced"


def test_a_collapse_in_training_only_is_partly_reproduced() -> None:
    tables = world_tables(SMALL)
    frame = tables.frames["tiny_sgd/layers"]
    start = frame["quantity"].isin(["pc1_share", "pc1_share_grid"]) & (frame["step"] == 0)
    frame.loc[start, "value"] = 0.7
    assert {verdict_of(claim, tables) for claim in ("A15", "A16")} == {"partly reproduced"}


def quantities(claim: str, tables: SyntheticTables) -> dict[str, float]:
    return {name: found.value for name, found in adjudicators()[claim](tables).items()}


@pytest.mark.parametrize(
    ("orthogonal", "reached", "expected"),
    [(1.0, 50, "reproduced"), (1.0, 600, "partly reproduced"), (0.1, 50, "not reproduced")],
)
def test_a_small_problem_solved_soon(orthogonal: float, reached: int, expected: str) -> None:
    world = replace(TOLD, orthogonal=orthogonal, many=200)
    tables = world_tables(world)
    for name in ("tiny_sgd", "tiny_sgd_fast", "tiny_adam", "tiny_minibatch"):
        frame = tables.frames[f"{name}/outcomes"]
        tables.frames[f"{name}/curves"] = curves_of(frame, reached, 0.1)
    assert verdict_of("A03", tables) == expected


def test_the_best_cell_is_chosen_on_even_and_measured_on_odd_seeds() -> None:
    tables = world_tables(replace(SMALL, orthogonal=0.0))
    lucky = np.resize([1.0, 0.5], 40)  # perfect on all even seeds, on no odd one
    rest = tables.frames["tiny_adam/outcomes"]
    chain = (rest["init"] == "orthogonal") & (rest["architecture"] == "tanh_chain")
    rest.loc[chain, "test_accuracy"] = lucky
    tables.frames["tiny_adam/curves"] = curves_of(rest, 50, 0.1)
    found = ceiling.solved_soon(tables)
    assert "tiny_adam x orthogonal, odd seeds" in found["sr100"].method
    assert (found["sr100"].value, found["sr100"].n) == (0.0, 20)
    assert found["gap_to_ceiling"].value == -1.0
    assert found["highest_sr99"].value == 0.5


def test_a_run_that_never_gets_there_counts_with_the_last_epoch() -> None:
    tables = world_tables(replace(SMALL, orthogonal=0.5))
    epochs = ceiling.epochs_to(tables, chain("orthogonal"))
    assert sorted(epochs.unique()) == [50, 1000]
    assert len(epochs) == 40


def test_a_diverged_run_is_a_failure() -> None:
    tables = world_tables(SMALL)
    frame = tables.frames["tiny_sgd/outcomes"]
    frame.loc[frame["init"] == "orthogonal", "test_accuracy"] = np.nan
    frame.loc[frame["init"] == "default", "test_loss"] = np.nan
    assert quantities("A19", tables)["sr99"] == 0
    assert quantities("A04", tables)["falling"] == 0


def test_pairs_are_matched_by_seed_and_not_by_position() -> None:
    tables = world_tables(replace(SMALL, default=0.5, orthogonal=0.5))
    assert quantities("A20", tables)["difference"] == 0
    frame = tables.frames["tiny_sgd/outcomes"]
    tables.frames["tiny_sgd/outcomes"] = frame.iloc[::-1]
    again = adjudicators()["A20"](tables)["difference"]
    assert again.value == 0
    assert again.sample is not None
    assert np.all(again.sample == 0)


@pytest.mark.parametrize("claim", ["A06", "A07", "A21", "A22", "A29", "A30", "A31"])
def test_a_replay_on_other_random_streams_is_unavailable(claim: str) -> None:
    tables = world_tables(SMALL)
    tables.frames["replay_curves"] = tables.frames["replay_curves"].assign(test_loss=0.5)
    assert verdict_of(claim, tables) == "inconclusive"


def test_the_marks_of_the_replayed_curves() -> None:
    found = quantities("A22", world_tables(SMALL))
    marks = {"accuracy_start": 0.335, "accuracy_200": 0.93, "first_perfect": 700}
    assert found == marks | {"loss_end": 0.0147}
    late = replace(SMALL, replay_error=0.1)
    assert quantities("A22", world_tables(late))["first_perfect"] == 701


def test_total_gradient_and_depth() -> None:
    found = quantities("A08", world_tables(SMALL))
    assert found["depth"] == pytest.approx(-3)
    assert found["onset"] == pytest.approx(1e-3, rel=1e-5)


def test_order_correlation_is_spearman_within_each_run() -> None:
    rows = np.array([[1.0, 2, 3, 9], [9, 3, 2, 1], [5, 5, 5, 5], [1, 3, 2, 4]])
    assert geometry.order_correlation(rows) == pytest.approx([1, -1, 0, 0.8])
    assert geometry.order_correlation(rows[:0]).shape == (0,)


def test_the_factorial_separates_condition_number_from_scale() -> None:
    runs = factorial.design(world_tables(TOLD))
    assert sorted(runs["log2_kappa"].unique()) == [0, 1, 2, 3]
    generator = np.random.default_rng(0)
    chance = 1 / (1 + np.exp(runs["log2_kappa"] - 2 * runs["log_scale"] - 1))
    runs["success"] = (generator.random(len(runs)) < chance).astype(float)
    found = factorial.effects(runs)
    assert found["kappa_effect"].value == pytest.approx(-1, abs=0.25)
    assert found["scale_effect"].value == pytest.approx(2, abs=0.75)
    assert found["kappa_effect"].low < found["kappa_effect"].value < found["kappa_effect"].high
    assert found["kappa_deviance"].value > found["scale_deviance"].value > 0
    assert found["kappa_effect"].n == 50


def test_separated_outcomes_give_no_effect() -> None:
    runs = factorial.design(world_tables(TOLD)).assign(success=0.0)
    found = factorial.effects(runs)
    assert all(np.isnan(estimate.value) for estimate in found.values())
    assert found["kappa_effect"].method == "perfectly separated"


def test_spectral_statistics_of_known_matrices() -> None:
    tables = world_tables(replace(TOLD, many=4, seeds=4))
    weight = "layers.3.weight"
    frame = tables.frames["tiny_sgd/layers"]
    small = (frame["layer"] == weight) & (frame["index"] == 1) & (frame["init"] == "xavier")
    frame.loc[small, "value"] = 0.09
    found = spectra.spectral_statistics(tables, chain("xavier"))
    assert found["min_ratio"].to_numpy() == pytest.approx(0.1)
    assert found["product_s1"].to_numpy() == pytest.approx(np.log(0.9))
    assert (found["mean_ratio"] > found["min_ratio"] - 1e-12).all()


def test_chance_of_a_flat_random_layer() -> None:
    ratios = spectra.random_ratios(20_000)
    assert ratios.shape == (20_000, 8)
    assert np.all((ratios >= 0) & (ratios <= 1))
    # |det| = s1 s2 and the squared norm s1² + s2² tie the ratio to r / (1 + r²).
    generator = np.random.default_rng(1)
    a, b, c, d = generator.uniform(-1, 1, (4, 200_000))
    bound = 0.0964 / (1 + 0.0964**2)
    expected = np.mean(np.abs(a * d - b * c) / (a * a + b * b + c * c + d * d) < bound)
    assert np.mean(ratios < 0.0964) == pytest.approx(expected, abs=0.005)
    found = quantities("A33", world_tables(SMALL))
    independent = 1 - (1 - expected) ** 8
    assert found["chance_in_eight_layers"] == pytest.approx(independent, abs=0.02)


def test_factors_of_signals_over_the_depth() -> None:
    found = flat(adjudicators()["A26"](world_tables(replace(SMALL, slope=-0.01))))
    assert found["orthogonal[forward_w64]"].value == pytest.approx(10**-0.1)
    assert found["default[backward_w2]"].value == pytest.approx(10**0.5)
    assert found["over_default[backward_w2]"].value == pytest.approx(0.5 - 0.1)
    assert found["over_xavier[forward_w2]"].value == pytest.approx(0.4 - 0.1)


@pytest.mark.parametrize(
    ("slope", "expected"),
    [(-0.02, "reproduced"), (-0.035, "partly reproduced"), (-0.045, "not reproduced")],
)
def test_signals_that_fade_less_than_with_other_inits_are_partly_kept(slope, expected) -> None:
    assert verdict_of("A26", world_tables(replace(SMALL, slope=slope))) == expected


def test_one_jump_behind_the_first_layer_is_not_layer_by_layer() -> None:
    tables = world_tables(TOLD)
    layers = tables.frames["tiny_sgd/layers"]
    behind = (layers["quantity"] == "linear_probe") & (layers["layer"] != "input")
    layers.loc[behind, "value"] = 1.0
    assert verdict_of("A23", tables) == "partly reproduced"


def test_luck_under_another_optimiser_is_partly_reproduced() -> None:
    assert verdict_of("A14", world_tables(replace(TOLD, default=0, adam=0.4))) == (
        "partly reproduced"
    )


def test_a_missing_cell_or_check_is_one_sentence() -> None:
    tables = world_tables(SMALL)
    with pytest.raises(InitbenchError, match="no run of moons x tanh_chain x he; run that cell"):
        measured(tables, chain("he"), "pc1_share")
    tables.frames["checks"] = tables.frames["checks"].iloc[:0]
    with pytest.raises(InitbenchError, match="No check of A32"):
        adjudicators()["A32"](tables)
