"""The ledger: what it must say, what its hash covers, and how many seeds its rows need."""

from dataclasses import replace

import pytest

from initbench.claims import attainable, load
from initbench.claims.adjudicators.registry import adjudicators
from initbench.claims.verdict import decide
from initbench.errors import InitbenchError
from initbench.ledger_files import ledger_sha256
from project_ledger import the_ledger
from small_ledger import lay_ledger, rate


@pytest.fixture
def folder(tmp_path):
    return lay_ledger(tmp_path)


# The ledger


def test_a_ledger_is_read_whole(folder):
    ledger = load(folder)
    assert [row.id for row in ledger.rows] == ["A01", "A02", "A03", "A04", "A05"]
    assert ledger.row("A01").quantities["rate"].kind == "proportion"
    assert ledger.row("A02").quantities["side"].means == "a number beside it"
    assert ledger.row("A02").section == "2.1"
    assert ledger.amendments[0].date == "2026-11-22"
    assert ledger.row("A04").why == {"partly": "Half of it holds."}
    assert [row.id for row in ledger.family("E1")] == ["A01", "A02"]


@pytest.mark.parametrize(
    ("old", "new", "frozen"),
    [
        ("rate.low > 0.9", "rate.low > 0.8", True),
        ("Runs succeed.", "Most runs succeed.", True),
        ("Because it is easy.", "For it is easy.", False),
        ("[a_figure]", "[another]", False),
        ("title: A post", "title: The post", False),
    ],
)
def test_the_hash_covers_what_is_frozen(folder, old, new, frozen):
    before = ledger_sha256(folder)
    assert before == load(folder).sha256
    text = (folder / "documents/a.yaml").read_text("utf-8")
    assert old in text
    (folder / "documents/a.yaml").write_text(text.replace(old, new), "utf-8")
    assert (ledger_sha256(folder) != before) is frozen


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rate.low > 0.9", "ratio.low > 0.9", "A01: Unknown quantity 'ratio'; did you mean 'rate'"),
        ("rate.low > 0.9", "rate.__class__ > 0.9", "may not say"),
        ("rate.low > 0.9", "rate.low >", "no expression"),
        ("pitfalls: none", "pitfals: none", "A01: .*pitfals"),
        ("amendments: [M1]", "amendments: [M9]", "Unknown amendment 'M9'"),
        ("alias_of: [A01, A02]", "alias_of: [A01, A09]", "Unknown claim 'A09'"),
        ("alias_of: [A01, A02]", "alias_of: [A01, A04]", "cite each other"),
        ("logic: all", "logic: same", "A03 has logic 'same'"),
        ("logic: all", "logic: any", "'any' is not one of"),
        ("id: A02", "id: A01", "'A01' twice"),
        ("id: A02", "id: B02", "Row B02 stands in document A"),
        ("kind: difference", "kind: delta", "A02.quantities.gain"),
        ("family: E1", "family: E11", "E11"),
        ("not_testable: An opinion.", "pitfalls: none", "A05"),
        ("      side: a number", "      gain: twice\n      side: a number", "'gain' twice"),
        ("key: A\ntitle", "key: A: B\ntitle", "Cannot read"),
    ],
)
def test_a_wrong_ledger_dies_in_a_sentence(folder, old, new, message):
    text = (folder / "documents/a.yaml").read_text()
    assert old in text
    (folder / "documents/a.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(InitbenchError, match=message):
        load(folder)


def test_a_reason_must_name_a_verdict(folder):
    text = (folder / "documents/a.yaml").read_text("utf-8")
    (folder / "documents/a.yaml").write_text(
        text.replace("why: {partly:", "why: {supported:"), "utf-8"
    )
    with pytest.raises(InitbenchError, match="supported"):
        load(folder)


def test_the_ledger_of_the_project_loads_and_its_rows_are_measured():
    ledger = the_ledger()
    assert {row.id for row in ledger.rows if row.rule} <= set(adjudicators())
    assert {amendment.id for amendment in ledger.amendments} >= {"M1", "M2", "M3", "M4", "M5"}


# Attainability


def test_enough_seeds_are_attainable(folder):
    ledger = load(folder)
    assert attainable(ledger.row("A01"), 200) is None
    assert attainable(ledger.row("A02"), 6) is None


def test_too_few_runs_for_a_share_are_noticed(folder):
    sentence = attainable(load(folder).row("A01"), 10)
    assert sentence == (
        "With the configured seeds this claim can never come out as reproduced: even 10 successes "
        "in 10 runs put the lower end of `rate` at 0.7225, not above 0.9; it takes 35 runs."
    )


@pytest.mark.parametrize(("threshold", "seeds"), [(0.5, 4), (0.9, 35), (0.75, 12)])
def test_the_runs_that_it_takes_suffice_and_no_fewer_do(threshold, seeds):
    assert rate(seeds, seeds).low > threshold >= rate(seeds - 1, seeds - 1).low
    assert rate(0, seeds).high < 1 - threshold <= rate(0, seeds - 1).high


def test_nothing_can_be_decided_by_three_runs(folder):
    sentence = attainable(load(folder).row("A01"), 3)
    assert sentence.startswith("With the configured seeds this claim can never be decided:")
    assert "even 0 successes in 3 runs put the upper end of `rate`" in sentence


def test_too_few_pairs_are_noticed(folder):
    sentence = attainable(load(folder).row("A02"), 5)
    assert "never come out as reproduced" in sentence
    assert "5 pairs cannot give a difference a p-value below 0.062; it takes 6 pairs" in sentence


@pytest.mark.parametrize("n", [1, 4, 15, 16, 34, 35, 60])
def test_unattainable_is_exactly_what_no_outcome_reaches(folder, n):
    rule = {"reproduced": "rate.low > 0.8", "not_reproduced": "rate.high < 0.1"}
    reached = {decide(rule, {"rate": rate(successes, n)}).key for successes in range(n + 1)}
    sentence = attainable(replace(load(folder).row("A01"), rule=rule), n) or ""
    assert ("reproduced" in reached) == ("above 0.8" not in sentence)
    assert ("not_reproduced" in reached) == ("below 0.1" not in sentence)


def test_an_unknown_document_is_named(folder):
    assert load(folder).document("A").title == "A post"
    with pytest.raises(InitbenchError, match="Unknown document 'Z'"):
        load(folder).document("Z")
