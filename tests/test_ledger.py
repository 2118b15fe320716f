"""The ledger: what it must say, what its hash covers, and how many seeds its rows need."""

from dataclasses import replace

import pytest

from initbench.claims import attainable, comparing, load, names
from initbench.claims.adjudicators.kit.catalogue import texts
from initbench.claims.adjudicators.kit.registry import adjudicators
from initbench.claims.verdict import decide
from initbench.errors import InitbenchError
from initbench.figures.kit import catalogue as figure_catalogue
from initbench.ledger_hash import ledger_sha256
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
    assert [row.id for row in ledger.holm_family("tanh_chain")] == ["A01", "A02"]


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
        ("kind: difference", "kind: difference, test: studentised", None),
        ("kind: difference", "kind: difference, test: t", "A02.quantities.gain"),
        ("bed: tanh_chain", "bed: E11", "E11"),
        ("not_testable: An opinion.", "pitfalls: none", "A05"),
        ("      side: a number", "      gain: twice\n      side: a number", "'gain' twice"),
        ("key: A\ntitle", "key: A: B\ntitle", "Cannot read"),
        ("key: A\ntitle", "key: B\ntitle", "A01 stands in document B; its id must be that key"),
        ("title: A post", "titel: A post", "titel"),
        ("rate.low > 0.9", "not " * 400 + "rate.low > 0.9", "nested too deeply"),
        ("rate.low > 0.9", "not " * 2000 + "rate.low > 0.9", "has 80.. characters, but 2000 is"),
        ("rate.low > 0.9", "(" * 150 + "rate.low" + ")" * 150 + " > 1", None),
        ("rate.low > 0.9", "(" * 900 + "rate.low" + ")" * 900 + " > 1", "no expression: too many"),
        ("rate.low > 0.9", "rate.low > " + "-" * 1500 + "1", "nested too deeply"),
        ("rate.low > 0.9", "rate.low > " + "1 + " * 300 + "1", "nested too deeply"),
        ("rate.low > 0.9", "rate.low > 1e999", "may not say"),
        ("rate.low > 0.9", "rate.low > 1" + "0" * 400, "may not say"),
        ("rate.low > 0.9", "rate.low > 0 / 0", "compares 'rate.low' with '0 / 0'; compare a quan"),
        ("rate.low > 0.9", "1 < 2", "compares '1' with '2'"),
        ("rate.low > 0.9", "rate.mean > 0.9", "may not say 'rate.mean'; use name.value"),
        ("rate.low > 0.9", "rate > 0.9", "may not say 'rate'"),
        ("rate.low > 0.9", "rate.low > True", "may not say 'True'"),
        ("within(gain, 0.1)", "within(gain, -0.1)", "within ±-0.1, which nothing does"),
        (
            "within(gain, 0.1)",
            "within(gian, 0.1)",
            "A02: Unknown quantity 'gian'; did you",
        ),
        ("kind: num", "kind: nmu", r"a\.yaml, line 29, column 5, at A02.kind: 'nmu' is not one of"),
        ("logic: same", "logic: same, arms: no", "`no` is read as false"),
        (
            "id: A02",
            "id: A02\n    id: A03",
            r"a\.yaml, line 28, column 5: here is the key",
        ),
        ("section: 2.1", "section: 010", "`010` is read as 8"),
    ],
)
def test_a_wrong_ledger_dies_in_a_sentence(folder, old, new, message):
    text = (folder / "documents/a.yaml").read_text(encoding="utf-8")
    assert old in text
    (folder / "documents/a.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    if message is None:
        load(folder)
        return
    with pytest.raises(InitbenchError, match=message) as caught:
        load(folder)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(folder)) + 350


def test_an_error_of_a_rule_names_file_and_line(folder):
    text = (folder / "documents/a.yaml").read_text(encoding="utf-8")
    (folder / "documents/a.yaml").write_text(
        text.replace("within(gain", "within(gian"), encoding="utf-8"
    )
    with pytest.raises(InitbenchError, match=r"^In a\.yaml, line 27, column 5, at A02: In"):
        load(folder)


def test_a_missing_document_is_named_and_not_its_claims(folder):
    file, amendments = folder / "documents/a.yaml", folder / "amendments.yaml"
    text = file.read_text(encoding="utf-8").replace("key: A", "key: POST")
    file.write_text(text.replace("A0", "POST0"), encoding="utf-8")
    load(folder)  # neither a letter nor the name of a file says which document it is
    before = amendments.read_text(encoding="utf-8")
    amendments.write_text(before.replace("rows: all", "rows: [A01]"), encoding="utf-8")
    with pytest.raises(InitbenchError, match=r"claim 'A01' .* no document 'A'; restore its"):
        load(folder)
    file.unlink()
    with pytest.raises(InitbenchError, match="holds no document of claims; restore one"):
        load(folder)


def test_a_missing_file_of_amendments_is_named(folder):
    (folder / "amendments.yaml").unlink()
    with pytest.raises(InitbenchError, match=r"amendments\.yaml cannot be read \(No such file"):
        load(folder)


def test_a_row_may_need_and_show_only_what_exists(folder):
    ledger = load(folder)
    names.check_rows(ledger, {"tiny_sgd"}, {"a_figure"})
    with pytest.raises(InitbenchError, match="need of row A01 in the ledger: 'tiny_sgd'; did"):
        names.check_rows(ledger, {"tiny_adam"}, {"a_figure"})
    with pytest.raises(InitbenchError, match="figure of row A01 in the ledger: 'a_figure'; did"):
        names.check_rows(ledger, {"tiny_sgd"}, {"figures"})
    first = replace(ledger.rows[0], beside=("tiny_sgdd",))
    with pytest.raises(InitbenchError, match="'tiny_sgdd'; did you mean 'tiny_sgd'"):
        names.check_rows(replace(ledger, rows=(first,)), {"tiny_sgd"}, {"a_figure"})
    names.check_documents(ledger, ["A"])
    with pytest.raises(InitbenchError, match="shows document D, but the ledger has none; res"):
        names.check_documents(ledger, ["A", "D"])


def test_a_measured_row_has_a_bed_and_a_family_that_the_configuration_names(folder):
    first = load(folder).rows[0]
    names.check_beds([first], ["tanh_chain"])
    with pytest.raises(InitbenchError, match="bed of row A01 in the ledger: 'tanh_chain'; did"):
        names.check_beds([first], ["tanh_chains"])
    other = replace(first, holm_family="mnits")
    with pytest.raises(InitbenchError, match=r"bed of row A01 .* 'mnits'; did you mean 'mnist'"):
        names.check_beds([other], ["tanh_chain", "mnist"])


def test_rows_are_measured_in_the_room_of_their_bed():
    for row in the_ledger().rows:
        if row.rule:
            room = adjudicators()[row.id].__module__.split(".")[3]
            assert row.bed == {"kit": "checks"}.get(room, room), row.id


def test_what_the_projects_rows_need_is_read_by_an_adjudicator_or_a_figure():
    known = texts()
    known |= {need for entry in figure_catalogue.catalogue().values() for need in entry.needs}
    names.check_rows(the_ledger(), known | {"checks"}, figure_catalogue.catalogue())


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
        "in 10 runs put the lower end of `rate` at 0.6915, not above 0.9; it takes 36 runs."
    )


@pytest.mark.parametrize(("threshold", "seeds"), [(0.5, 6), (0.9, 36), (0.75, 13)])
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


def test_the_size_of_the_family_counts_for_pairs(folder):
    row = load(folder).row("A02")
    assert comparing(load(folder).rows, "tanh_chain") == 1
    assert attainable(row, 9, 12) is None
    sentence = attainable(row, 6, 12)
    assert "p-value below 0.38 after Holm's correction over 12 rows; it takes 9 pairs" in sentence


def test_only_rows_that_rest_on_pairs_make_a_family_larger():
    rows = the_ledger().rows
    assert comparing(rows, "tanh_chain") > 5
    assert comparing(rows, "checks") == 0  # checks without training


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
