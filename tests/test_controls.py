"""Controls: A against A, the known failure, p-values without a difference, two rates, growth."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import synthetic
from initbench.claims import Ledger, Row
from initbench.controls import EXPERIMENTS, growth
from initbench.controls.false_positives import LEAST, SIZES, false_positives
from initbench.controls.growth import FirstSeeds, grow, judge_growth, read, sizes, state, write
from initbench.controls.judged import judged
from initbench.controls.null import ARMS, summaries
from initbench.controls.rates import both_rates
from initbench.controls.rows import COMPARED, FAILING, controls
from initbench.statistics import Estimate, exact, proportion
from initbench.statistics.uniformity import null_p_values, uniformity_p
from project_ledger import the_ledger

CLAIMS = Path(__file__).parents[1] / "workflow" / "claims"


def cells(accuracy, seeds, failing=0.1, loss=None):
    """Tables of every cell that the controls look at; values come from a keyed stream."""
    stream = np.random.default_rng(7)
    frames = {name: [] for name in EXPERIMENTS}
    for cell in dict.fromkeys([*(compared.arm for compared in COMPARED), FAILING, *ARMS]):
        count = 20 if cell.experiment == "mnist_main" else seeds
        values = failing if cell == FAILING else accuracy(stream, count)
        part = synthetic.outcomes(
            cell.init, values, count, dataset=cell.dataset, architecture=cell.architecture
        )
        part["test_loss"] = stream.normal(size=count) if loss is None else loss(count)
        frames[cell.experiment].append(part)
    return synthetic.SyntheticTables(
        {f"{name}/outcomes": synthetic.join(parts) for name, parts in frames.items()}
    )


def random_success(stream, count):
    return np.where(stream.random(count) < 0.1, 1.0, 0.5)


def first_half(stream, count):
    return np.where(np.arange(count) < count // 2, 1.0, 0.5) - 0.005 * stream.random(count)


def outcomes_of(tables, experiments=EXPERIMENTS):
    return {control["id"]: control for control in judged(tables, experiments)}


def test_equal_arms_come_out_equivalent_or_open_and_zeros_fail():
    found = outcomes_of(cells(random_success, 1000))
    assert len(found) == 9
    assert {control["outcome"] for control in found.values()} == {"as expected"}
    assert found["Z01"]["verdict"] == "not reproduced"  # 500 pairs show equivalence
    assert found["Z09"]["verdict"] == "not reproduced"
    assert 0.05 < found["Z01"]["tests"]["0.0"] <= 1


def test_arms_that_do_differ_are_reported():
    found = outcomes_of(cells(first_half, 200))
    assert {found[f"Z{k:02}"]["outcome"] for k in range(1, 9)} == {"not as expected"}


def test_zeros_that_learn_are_reported_and_too_few_of_them_leave_it_open():
    assert (
        outcomes_of(cells(random_success, 40, failing=0.9))["Z09"]["outcome"] == "not as expected"
    )
    few = cells(random_success, 40)
    frame = few.frames["mnist_main/outcomes"]
    few.frames["mnist_main/outcomes"] = frame[frame["seed"] < synthetic.SEED_BASE + 2]
    assert outcomes_of(few)["Z09"]["outcome"] == "open"


def test_controls_of_experiments_that_were_left_out_are_not_made():
    tables = cells(random_success, 40)
    assert {c.row.needs[0] for c in controls(tables, ["mnist_main"])} == {"mnist_main"}
    assert outcomes_of(tables, []) == {}


def test_a_grid_without_one_of_the_inits_still_has_the_other_controls():
    tables = cells(random_success, 200)
    frame = tables.frames["tiny_sgd/outcomes"]
    tables.frames["tiny_sgd/outcomes"] = frame[frame["init"] != "xavier"]
    assert set(outcomes_of(tables)) == {f"Z{k:02}" for k in (1, 2, 5, 6, 7, 8, 9)}
    assert [row["cell"] for row in summaries(tables, EXPERIMENTS)] == [
        *("default (tiny_sgd)", "default (tiny_adam)", "orthogonal (tiny_sgd)"),
    ]


def test_p_values_without_a_difference_are_uniform_and_few_are_small():
    stream = np.random.default_rng(1)
    found = null_p_values(stream.exponential(size=6000), 10)
    assert len(found) == 300
    assert uniformity_p(found) > 0.01
    assert stats.binomtest(int((found <= 0.05).sum()), 300, 0.05).pvalue > 0.01


def test_the_test_of_evenness_would_notice_a_difference_inside_the_groups():
    sample = np.random.default_rng(1).normal(size=(100, 2, 10))
    sample[:, 0] += 1.0
    assert uniformity_p(null_p_values(sample.ravel(), 10)) < 1e-6


def test_runs_without_a_number_rank_last_and_a_rest_is_left_out():
    values = np.r_[np.full(10, np.nan), np.arange(10.0), 5.0]
    assert null_p_values(values, 10) == pytest.approx([2 / 2**10])


def test_the_summary_names_cells_with_enough_runs():
    found = summaries(cells(random_success, 200), EXPERIMENTS)
    assert [row["cell"] for row in found][:2] == ["default (tiny_sgd)", "default (tiny_adam)"]
    assert {row["comparisons"] for row in found} == {10}
    assert summaries(cells(random_success, 40), EXPERIMENTS) == []


def with_curves(accuracy, seeds):
    """Tables of cells that also hold test curves: runs that succeed do so at a random step."""
    tables, stream = cells(accuracy, seeds), np.random.default_rng(3)
    for name in EXPERIMENTS:
        runs = tables.frames[f"{name}/outcomes"]
        start, end = (runs.assign(split="test", step=step) for step in (0, 1000))
        middle = runs.assign(split="test", step=100 * stream.integers(1, 10, len(runs)))
        parts = [start.assign(accuracy=0.5), middle.assign(accuracy=runs["test_accuracy"])]
        parts.append(end.assign(accuracy=runs["test_accuracy"]))
        tables.frames[f"{name}/curves"] = synthetic.join(parts)
    return tables


def noisy_success(stream, count):
    return np.where(stream.random(count) < 0.4, 1.0, 0.8) - 0.01 * stream.random(count)


def test_the_claims_own_statistics_hardly_ever_err_on_one_cell_against_itself():
    found = false_positives(with_curves(noisy_success, 400), ["tiny_adam"])
    assert len(found) == 3 * 3 * len(SIZES)
    assert {(row["statistic"], row["margin"]) for row in found} == set(LEAST.items())
    assert {row["comparisons"] for row in found} == {20, 10}
    assert all(row["observed"]["low"] <= row["nominal"] for row in found)
    assert {row["observed"]["method"] for row in found} == {"Clopper-Pearson interval"}


def test_a_difference_inside_the_groups_would_be_noticed():
    def better_first(stream, count):
        first = np.arange(count) % 20 < 10
        return np.where(first, 1.0, 0.8) - 0.01 * stream.random(count)

    found = false_positives(with_curves(better_first, 400), ["tiny_sgd"])
    share = {row["statistic"]: row for row in found if row["test"] == "differs" and row["n"] == 10}
    assert share.keys() == LEAST.keys()
    assert min(row["observed"]["value"] for row in share.values()) >= 0.9
    assert share["success"]["observed"]["low"] > share["success"]["nominal"]


def test_few_runs_are_not_compared_with_each_other():
    assert false_positives(with_curves(random_success, 90), ["tiny_sgd"]) == []


def test_sizes_are_a_ladder_with_halves_and_all():
    assert sizes([10]) == [5, 8, 10]
    assert sizes([1000, 200]) == [5, 10, 20, 50, 100, 200, 500, 1000]
    assert sizes([2]) == sizes([]) == []


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["inconclusive", "reproduced", "reproduced"], "steady"),
        (["reproduced", "inconclusive", "reproduced"], "late"),
        (["reproduced", "not reproduced", "reproduced"], "fragile"),
        (["inconclusive", "reproduced", "inconclusive"], "fragile"),
        (["not reproduced", "inconclusive", "inconclusive"], "steady"),
    ],
)
def test_only_the_second_half_of_the_seeds_makes_a_verdict_fragile(verdicts, expected):
    points = [{"n": n, "verdict": v} for n, v in zip((40, 50, 100), verdicts, strict=True)]
    assert state(points) == expected
    assert state(points[-1:]) == "short"


def row(claim, needs, **quantities):
    rule = {"reproduced": "share.low > 0.5", "not_reproduced": "share.high < 0.5"}
    means = quantities or {"share": "share of successes"}
    return Row.of(
        {"id": claim, "bed": "tanh_chain", "needs": needs, "quantities": means, "rule": rule}, "A"
    )


def test_a_claim_is_followed_until_it_has_all_its_own_seeds(monkeypatch, tmp_path):
    accuracy = np.r_[np.full(65, 1.0), np.zeros(135)]
    frames = {
        "tiny/outcomes": synthetic.outcomes("default", accuracy, 200),
        "probes/signal": synthetic.outcomes("default", 1.0, 200),
    }
    tables = synthetic.SyntheticTables(frames)

    def share(tables):
        assert len(tables._read("probes/signal")) == 200
        return {"share": proportion(tables.outcomes("tiny")["test_accuracy"].to_numpy() > 0.5)}

    def hundred(tables):
        frame = tables.outcomes("tiny").iloc[:100]
        return {"share": proportion(frame["test_accuracy"].to_numpy() > 0.5)}

    def untrained(tables):
        return {"share": exact(1.0)}

    find = {"A01": share, "A02": hundred, "A03": untrained}
    monkeypatch.setattr(
        growth, "measure", lambda rows, tables: {r.id: find[r.id](tables) for r in rows}
    )
    rows = [row("A01", ["tiny", "signal"]), row("A02", ["tiny"]), row("A03", ["signal"])]
    full = {r.id: find[r.id](tables) for r in rows}
    grown = grow(rows, tables, full, {"tiny/moons/tanh_chain/default": 200}, synthetic.SEED_BASE)
    assert {n: sorted(found) for n, found in grown.items()} == {
        **{n: ["A01", "A02"] for n in (5, 10, 20, 50, 100)},
        200: ["A01"],
    }
    path = tmp_path / "tanh_chain.json"
    path.write_text(write(grown), encoding="utf-8")
    judgement = judge_growth(Ledger((), tuple(rows), (), ""), full, read([path]))
    assert judgement["A01"]["points"] == [
        {"n": 5, "verdict": "inconclusive"},
        *({"n": n, "verdict": "reproduced"} for n in (10, 20, 50, 100)),
        {"n": 200, "verdict": "not reproduced"},
    ]
    assert judgement["A01"]["state"] == "fragile"
    assert judgement["A02"]["state"] == "steady"


def test_first_seeds_cut_experiments_only():
    frame = synthetic.outcomes("default", 1.0, 9)
    tables = synthetic.SyntheticTables({"tiny/outcomes": frame, "checks": frame})
    cut = FirstSeeds(tables, ["tiny"], synthetic.SEED_BASE + 4)
    assert len(cut.outcomes("tiny")) == 4
    assert len(cut.checks()) == 9


def test_the_rule_is_read_at_the_fixed_rate_only_where_it_asks_for_nothing_else():
    high, low = (proportion(np.full(50, success)) for success in (True, False))
    both = row("B01", ["x"], share="tuned", share_fixed_rate="fixed")
    other = replace(both, id="B02", rule={"reproduced": "share.low > 0.5 and more.low > 0"})
    other = replace(other, quantities={**both.quantities, "more": both.quantities["share"]})
    single = row("B03", ["x"])
    found = {"share": high, "share_fixed_rate": low, "more": high}
    evidence = {"B01": found, "B02": found, "B03": found}
    first, second = both_rates([both, other, single, row("B04", ["x"])], evidence)
    assert (first["claim"], first["tuned"], first["fixed"]) == (
        *("B01", "reproduced", "not reproduced"),
    )
    assert first["readings"][0]["fixed"]["value"] == 0
    assert (second["tuned"], second["fixed"], second["missing"]) == ("reproduced", None, ["more"])


def test_the_ledger_has_claims_with_both_readings():
    nothing = Estimate(*[float("nan")] * 5, 0, "undefined")
    evidence = {r.id: dict.fromkeys(r.quantities, nothing) for r in the_ledger().rows if r.rule}
    found = {one["claim"]: one for one in both_rates(the_ledger().rows, evidence)}
    assert {"B73", "B75", "B90"} <= set(found)
    assert found["B44"]["missing"] == ["gain[sigmoid]", "sr80[sigmoid]"]
    assert found["B75"]["missing"] == []
    assert found["B75"]["fixed"] == "inconclusive"
