"""From evidence to verdicts: rules, Holm, derived rows, sentences, files."""

import json
import math
import textwrap
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from initbench.claims import (
    evidence_from_json,
    evidence_to_json,
    judge,
    load,
    measure,
    to_json,
    wording,
)
from initbench.claims.adjudicators.kit.registry import adjudicates, adjudicator, adjudicators
from initbench.claims.judge import combine
from initbench.claims.verdict import decide, seeds_to_decide
from initbench.errors import InitbenchError
from initbench.statistics import GAIN, Estimate, exact, mean, paired_difference, undefined
from small_ledger import NO_TABLES, lay_ledger, paired, rate, verdicts


@pytest.fixture
def folder(tmp_path):
    return lay_ledger(tmp_path)


# Verdicts


@pytest.mark.parametrize(
    ("successes", "verdict", "key"),
    [
        (200, "reproduced", "reproduced"),
        (180, "partly reproduced", "partly"),
        (20, "not reproduced", "not_reproduced"),
        (100, "inconclusive", None),
    ],
)
def test_the_first_condition_that_holds_decides(folder, successes, verdict, key):
    found = verdicts(load(folder), {"A01": {"rate": rate(successes, 200)}})["A01"]
    assert (found.verdict, found.decided_by) == (verdict, key)


def test_a_decided_verdict_names_its_numbers(folder):
    found = verdicts(load(folder), {"A01": {"rate": rate(200, 200)}})["A01"]
    assert found.reason == (
        "`rate` = 1 (95 % interval 0.9817 to 1, n = 200): its lower end is above 0.9."
    )
    assert found.why == "Because it is easy."
    assert found.quantities["rate"]["meaning"] == "share of successful runs"
    assert found.figures == ("a_figure",)


def test_an_undecided_verdict_names_the_threshold_and_the_seeds(folder):
    found = verdicts(load(folder), {"A01": {"rate": rate(110, 200)}})["A01"]
    assert found.verdict == "inconclusive"
    low = rate(110, 200).low
    power = ((1.959964 + 1.281552) / 1.959964) ** 2  # of 90 %, against the 50 % of the bare ratio
    assert found.needed_seeds == math.ceil(200 * ((0.55 - low) / 0.05) ** 2 * power) == 1127
    assert found.reason == (
        "No condition of the rule is met: `rate` = 0.55 (95 % interval 0.4782 to 0.6202, n = 200): "
        "the interval straddles 0.5; about 1127 seeds would decide it with "
        "90 % power."
    )


def test_a_number_of_seeds_that_nobody_trains_is_not_told(folder):
    found = verdicts(load(folder), {"A01": {"rate": rate(503, 1000)}})["A01"]
    assert found.needed_seeds > 10_000
    assert found.reason.endswith("no practical number of seeds would decide it.")
    assert found.why == ""


def test_seeds_do_not_help_a_value_on_its_threshold_or_between_the_conditions():
    on = {"x": Estimate(0.5, 0.4, 0.6, 0.42, 0.58, 100, "test")}
    rule = {"reproduced": "x.low > 0.5", "not_reproduced": "x.high < 0.5"}
    assert seeds_to_decide(rule, on) is None
    between = {"reproduced": "x.low > 0.9", "not_reproduced": "x.high < 0.1"}
    assert decide(between, on).key is None
    assert seeds_to_decide(between, on) is None


def test_every_needed_comparison_counts_towards_the_seeds():
    quantities = {
        "x": Estimate(1.0, -1.0, 3.0, 0, 0, 10, "test"),
        "d": Estimate(0.0, -0.3, 0.3, -0.2, 0.2, 10, "test"),
        "y": Estimate(1.0, 0.5, 1.5, 0, 0, 10, "test"),
    }
    # 40, 160 and 40 runs would end the interval at the threshold, which is a power of a half.
    assert seeds_to_decide({"reproduced": "x.low > 0 and y.low > 0"}, quantities) == 110
    assert seeds_to_decide({"not_reproduced": "x.high < 1.5"}, quantities) == 438
    both_sides = 40 * ((1.644854 + 1.644854) / 1.644854) ** 2
    equivalent = seeds_to_decide({"partly": "y.low > 0 and within(d, 0.1)"}, quantities)
    assert equivalent == math.ceil(both_sides - 1e-6) == 160


def test_the_seeds_that_are_named_decide_nine_times_of_ten():
    shift = 0.3
    x = shift + np.random.default_rng(6).normal(size=4000)
    found = mean(x[:40] - x[:40].mean() + shift)
    seeds = seeds_to_decide({"reproduced": "x.low > 0"}, {"x": found})
    noise = np.random.default_rng(7).normal(size=(400, seeds)) * x[:40].std(ddof=1)
    kept = np.mean([mean(shift + sample).low > 0 for sample in noise[:, : min(seeds, 49)]])
    assert seeds > 49 or 0.85 < kept < 0.95


def test_holm_takes_more_seeds():
    tested = replace(Estimate(1.0, -1.0, 3.0, 0, 0, 10, "test"), p={"0.0": 0.3})
    alone, among = (seeds_to_decide({"partly": "x.low > 0"}, {"x": tested}, n) for n in (1, 8))
    assert alone == 110
    assert among == math.ceil(40 * ((2.734369 + 1.281552) / 1.959964) ** 2)
    plain = {"x": replace(tested, p={})}
    assert decide({"partly": "x.low > 5"}, plain, 8).rows == 1
    assert seeds_to_decide({"partly": "x.low > 0"}, plain, 8) == alone


def test_what_was_not_measurable_is_inconclusive_and_says_so(folder):
    found = verdicts(load(folder), {"A01": {"rate": undefined(0)}})["A01"]
    assert found.verdict == "inconclusive"
    assert found.reason.endswith("`rate` could not be measured (undefined).")
    assert found.quantities["rate"]["value"] is None


def test_a_row_without_evidence_is_inconclusive(folder):
    found = {verdict.id: verdict for verdict in judge(load(folder), {})}
    assert found["A01"].verdict == "inconclusive"
    assert "needs tiny_sgd" in found["A01"].reason
    assert (found["A05"].verdict, found["A05"].reason) == ("not testable", "An opinion.")


def test_long_rules_are_summed_up():
    names = [f"x{i}" for i in range(9)]
    rule = {"reproduced": " and ".join(f"{name}.value == 1" for name in names)}
    quantities = {name: exact(1) for name in names}
    sentence = wording.decided(decide(rule, quantities), quantities)
    assert sentence.count("its value is equal to 1") == wording.MOST_FACTS
    assert sentence.endswith("; and 5 more of the kind.")


def test_the_keys_that_decided_are_all_named():
    quantities = {f"gain[d{depth}]": exact(1) for depth in range(1, 7)}
    sentence = wording.decided(
        decide({"reproduced": "all(gain.value == 1)"}, quantities), quantities
    )
    assert sentence.startswith("`gain[d1]` = 1 (exact, n = 1): its value is equal to 1; `gain[d2]`")
    assert sentence.endswith("; and 2 more of the kind (`gain[d5]`, `gain[d6]`).")


def test_a_missing_bound_or_threshold_is_named():
    quantities = {"x": Estimate(1.0, math.nan, math.nan, 0, 2, 5, "test"), "t": undefined(0)}
    rule = {"reproduced": "x.low > 0 and x.value > t.value"}
    assert wording.undecided(decide(rule, quantities), quantities) == (
        "No condition of the rule is met: `x` = 1 (no 95 % interval, n = 5): its lower end is not "
        "known and what it is compared with is not known."
    )


# Controls


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([8, 20, 60]))
def test_an_arm_against_itself_is_equivalent_or_inconclusive(seed, n):
    x = np.random.default_rng(seed).random(n)
    quantities = {"gain": paired_difference(x, x, bounds=GAIN)}
    rule = {
        "reproduced": "gain.low > 0.1",
        "partly": "gain.low > 0",
        "not_reproduced": "within(gain, 0.1)",
    }
    # Of 20 equal pairs 0.14 of the law may lie elsewhere, of 60 pairs 0.05.
    assert decide(rule, quantities).key == ("not_reproduced" if n == 60 else None)


def test_two_samples_of_one_arm_hardly_ever_differ():
    stream = np.random.default_rng(2_000_000)
    rule = {"reproduced": "gain.low > 0 or gain.high < 0"}
    keys = [
        decide(rule, {"gain": paired_difference(*stream.normal(size=(2, 20)))}).key
        for _ in range(200)
    ]
    assert keys.count("reproduced") <= 20


def test_a_known_failure_fails(folder):
    found = verdicts(load(folder), {"A01": {"rate": rate(0, 200)}})["A01"]
    assert found.verdict == "not reproduced"
    assert "its upper end is below 0.5" in found.reason


# Holm


def family(tmp_folder, rows):
    """Return a ledger of `rows` rows of one family that each ask for a difference above 0."""
    entry = """
      - {{id: A{i:02}, section: S, kind: qual, statement: Text., bed: tanh_chain, needs: [],
         arms: pairs, quantities: {{gain: difference}}, rule: {{reproduced: gain.low > 0}}}}
    """
    entries = "".join(textwrap.dedent(entry.format(i=i)) for i in range(1, rows + 1))
    names = ("title", "about", "authors", "address", "licence", "source")
    head = "key: A\n" + "".join(f"{name}: T\n" for name in names) + "rows:\n"
    (tmp_folder / "documents/a.yaml").write_text(
        head + textwrap.indent(entries, "  "), encoding="utf-8"
    )
    return load(tmp_folder)


def test_holm_makes_a_verdict_inconclusive_when_too_many_rows_are_tested(folder):
    ledger = family(folder, 8)
    estimates = {f"A{i:02}": {"gain": paired(0.5, 7)} for i in range(1, 9)}
    alone = verdicts(ledger, {"A01": estimates["A01"]})["A01"]
    assert (alone.verdict, alone.p, alone.p_holm) == ("reproduced", 2**-6, 2**-6)
    together = verdicts(ledger, estimates)["A01"]
    assert (together.p, together.p_holm) == (2**-6, pytest.approx(8 * 2**-6))
    assert (together.verdict, together.decided_by) == ("inconclusive", None)
    assert "p = 0.016 becomes 0.12 by Holm's correction over the 8 rows" in together.reason
    # Eight rows ask for a normal quantile of 2.9 where one asks for 2, and 90 % power for 1.3 more.
    assert together.needed_seeds == 20
    assert together.reason.endswith("about 20 seeds would decide it with 90 % power.")


def test_rows_of_two_beds_are_corrected_together_where_one_names_the_others_family(folder):
    ledger = family(folder, 2)
    guest = replace(ledger.rows[0], bed="depth")
    ledger = replace(ledger, rows=(guest, ledger.rows[1]))
    estimates = {name: {"gain": paired(0.5, 7)} for name in ("A01", "A02")}
    together = verdicts(ledger, estimates)
    assert {name: found.p_holm for name, found in together.items()} == {
        "A01": pytest.approx(2 * 2**-6),
        "A02": pytest.approx(2 * 2**-6),
    }
    assert (together["A01"].bed, together["A01"].holm_family) == ("depth", "tanh_chain")


def test_undecided_rows_count_in_holm_but_rows_without_pairs_do_not(folder):
    ledger = family(folder, 6)
    undecided = {f"A{i:02}": {"gain": paired(0.0, 7)} for i in range(2, 5)}
    plain = {f"A{i:02}": {"gain": mean([1.0, 1.1])} for i in range(5, 7)}
    found = verdicts(ledger, {"A01": {"gain": paired(0.5, 7)}, **undecided, **plain})
    assert found["A01"].p_holm == pytest.approx(4 * 2**-6)
    assert found["A02"].p is None
    assert found["A05"].p_holm is None


def test_the_best_of_k_counts_k_times_where_one_is_enough(folder):
    ledger, gain = family(folder, 1), paired(0.5, 9)
    raw = verdicts(ledger, {"A01": {"gain": gain}})["A01"].p
    highest = verdicts(ledger, {"A01": {"gain": replace(gain, picked=4)}})["A01"]
    lowest = verdicts(ledger, {"A01": {"gain": replace(gain, picked=-4)}})["A01"]
    assert highest.p == pytest.approx(4 * raw)
    assert lowest.p == raw  # above zero because all are


def test_five_pairs_can_decide_nothing(folder):
    ledger = family(folder, 1)
    found = verdicts(ledger, {"A01": {"gain": paired(0.5, 5)}})["A01"]
    assert (found.verdict, found.p) == ("inconclusive", 2**-4)


def test_equivalence_is_tested_too(folder):
    quantities = {"gain": paired(0.0, 20), "side": exact(1)}
    found = verdicts(load(folder), {"A02": quantities})["A02"]
    assert found.verdict == "not reproduced"
    assert found.p == pytest.approx(2**-20)
    assert "lies inside ±0.1" in found.reason


# Derived rows


def test_a_derived_row_cites_its_primaries(folder):
    claims = {
        "A01": {"rate": rate(200, 200)},
        "A02": {"gain": paired(0.15, 20, spread=0.3), "side": exact(1)},
    }
    found = verdicts(load(folder), claims)
    assert found["A02"].verdict == "inconclusive"
    assert found["A03"].verdict == found["A04"].verdict == "partly reproduced"
    assert found["A03"].reason == "Follows from A01 (reproduced) and A02 (inconclusive)."
    assert (found["A04"].alias_of, found["A04"].why) == (("A03",), "Half of it holds.")


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        (["reproduced", "reproduced"], "reproduced"),
        (["reproduced", "not reproduced"], "not reproduced"),
        (["inconclusive", "not reproduced"], "not reproduced"),
        (["reproduced", "partly reproduced"], "partly reproduced"),
        (["reproduced", "inconclusive"], "partly reproduced"),
        (["partly reproduced", "partly reproduced"], "partly reproduced"),
        (["partly reproduced", "inconclusive"], "inconclusive"),
        (["not testable"], "not testable"),
    ],
)
def test_the_logic_of_derived_rows(cited, expected):
    assert combine(cited) == combine(cited[::-1]) == expected


# Files


def test_judging_from_a_file_equals_judging_from_memory(folder):
    ledger = load(folder)
    found = {
        "A01": lambda _: {"rate": rate(150, 200)},
        "A02": lambda _: {"gain": paired(0.5, 60), "side": mean([1.0])},
    }
    evidence = measure(ledger.rows, NO_TABLES, found.__getitem__)
    text = evidence_to_json(evidence)
    assert json.loads(text)["A02"]["gain"]["p"].keys() == {"0.1", "±0.1"}
    again = judge(ledger, evidence_from_json(text))
    written = to_json([verdict.to_dict() for verdict in again])
    assert written == to_json([verdict.to_dict() for verdict in judge(ledger, evidence)])
    assert "NaN" not in text + written
    assert "Infinity" not in text + written


def test_an_adjudicator_must_return_what_its_row_declares(folder):
    ledger = load(folder)
    with pytest.raises(InitbenchError, match=r"A01 misses \['rate'\] and adds \['ratio'\]"):
        verdicts(ledger, {"A01": {"ratio": exact(1)}})


def test_a_failing_adjudicator_says_which_claim_it_measured(folder):
    def broken(_):
        raise KeyError("step")

    with pytest.raises(KeyError) as caught:
        measure(load(folder).rows[:1], NO_TABLES, lambda _: broken)
    assert caught.value.__notes__ == ["This happened while A01 was measured."]


def test_adjudicators_are_found_once_and_refuse_twins():
    claim = next(iter(adjudicators()))
    assert adjudicator(claim) is adjudicators()[claim]
    with pytest.raises(InitbenchError, match="two adjudicators"):
        adjudicates(claim)(lambda _: {})
    with pytest.raises(InitbenchError, match="Unknown adjudicator"):
        adjudicator("Z99")


def test_a_row_may_ask_for_the_studentised_bootstrap_beforehand(folder):
    row = load(folder).row("A02")
    asked = replace(row.quantities["gain"], test="studentised")
    skewed = replace(row, quantities={**row.quantities, "gain": asked})
    x = np.random.default_rng(1).exponential(size=30)
    gain = paired_difference(x, np.zeros(30))
    found = measure(
        [row, replace(skewed, id="A06")],
        NO_TABLES,
        lambda _: lambda _: {"gain": gain, "side": exact(1)},
    )
    plain, studentised = found["A02"]["gain"], found["A06"]["gain"]
    assert (plain.method, studentised.method) == ("t interval", "studentised bootstrap")
    assert studentised.high > plain.high
    assert studentised.p.keys() == plain.p.keys()
