"""The sections on controls, cards and advice: what they show, and when they stay away."""

import re
from pathlib import Path

import pytest
import yaml

import report_fixture as fixture
from initbench.claims import texts
from initbench.errors import InitbenchError
from initbench.report import citations, guide, render
from initbench.report.bundle import bibliography
from initbench.report.controls import by_state, steadiness
from project_ledger import the_ledger
from report_verdicts import verdicts
from test_report import HOSTILE, Page

CLAIMS = Path(__file__).parents[1] / "workflow" / "claims"
ENTRY = re.compile(r"@(\w+)\{([\w-]+),\n((?:  \w+ += \{.*\},\n)+)\}")


def section(html, name):
    """Return the HTML of the section `name`, spaces made plain."""
    found = re.search(rf'<section id="{name}".*?\n</section>', html, re.DOTALL)
    return found[0].replace("\u00a0", " ").replace("&nbsp;", " ") if found else ""


@pytest.fixture(scope="module")
def html():
    return render(fixture.inputs(**fixture.extras()))


def test_the_sections_stay_away_where_a_run_has_nothing_for_them():
    html = render(fixture.inputs())
    assert not any(section(html, name) for name in ("controls", "cards", "guide"))
    assert 'href="#controls"' not in html


def test_the_page_with_them_is_well_formed(html):
    page = Page(html)
    assert page.errors == []
    assert len(set(page.ids)) == len(page.ids)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_controls_say_how_they_came_out(html):
    found = section(html, "controls")
    assert "As expected: 1 of 2" in found
    assert "<strong>not as expected: 1</strong>" in found
    assert "0.051 [0.020, 0.110]" in found
    assert "the rule also asks for speed, measured at the tuned rate only" in found


def test_fragile_verdicts_are_listed_first_with_their_growth(html):
    inputs = fixture.inputs(**fixture.extras())
    assert [state for state, _ in by_state(steadiness(inputs))] == ["fragile", "steady"]
    found = section(html, "controls")
    assert found.index("Fragile: 1 claim") < found.index("Steady: 1 claim")
    assert "5 ✓ reproduced · 10 ✗ not reproduced" in re.sub("<[^>]+>", "", found)


def test_the_growth_of_claims_that_are_not_on_the_page_is_left_out():
    grown = {"Z99": {"points": [{"n": 5, "verdict": "reproduced"}], "state": "short"}}
    assert steadiness(fixture.inputs(stability=grown)) == {}


def test_a_card_shows_texts_law_signals_results_and_citations(html):
    found = section(html, "cards")
    for text in (
        'id="method-orthogonal"',
        "W = gain · Q",
        "which must be 1 (200 draws",
        "0.90 [0.80, 1.10]",
        "1 of 4",
        "@misc{initbench-method-orthogonal,",
        "@misc{Saxe2013Exact,",
    ):
        assert text in found, text


def test_a_card_without_law_signals_and_results_is_short():
    bare = fixture.card() | {"law": None, "signals": [], "instances": []}
    found = section(render(fixture.inputs(cards=[bare])), "cards")
    assert "(not in this run)" in found
    assert not any(word in found for word in ("Declared against", "Signals at", "Results"))


def test_a_hostile_card_injects_nothing():
    texts = ("title", "formula", "source", "applies_to", "note", "use")
    bad = fixture.card() | dict.fromkeys(texts, HOSTILE) | {"instances": [HOSTILE]}
    page = Page(render(fixture.inputs(cards=[bad])))
    assert page.events == []
    assert page.errors == []
    assert "img" not in page.tags


def advice(verdicts, entries):
    return guide.guide(fixture.inputs(verdicts=verdicts, guide=entries))


def judged(**words):
    first = verdicts()[0]
    return [{**first, "id": claim, "verdict": word} for claim, word in words.items()]


ENTRIES = [
    {
        "topic": "deep nets",
        "cases": [
            {"when": {"A01": "reproduced", "A02": ["not reproduced", "reproduced"]}, "text": "x"},
            {"when": {"A01": "not reproduced"}, "text": "y"},
        ],
    }
]


@pytest.mark.parametrize(
    ("words", "text", "cited"),
    [
        ({"A01": "reproduced", "A02": "not reproduced"}, "x", ["A01", "A02"]),
        ({"A01": "not reproduced", "A02": "inconclusive"}, "y", ["A01"]),
        ({"A01": "reproduced", "A02": "inconclusive"}, None, ["A01", "A02"]),
        ({"A01": "reproduced"}, None, ["A01", "A02"]),
    ],
)
def test_advice_stands_on_verdicts_or_is_withheld(words, text, cited):
    (found,) = advice(judged(**words), ENTRIES)
    assert found.text == text
    assert list(found.claims) == cited


def test_undecided_advice_shows_what_the_condition_for_support_looked_at():
    rule = {"reproduced": "drop.low > 0.1 and ratio.high < 1", "partly": "falling.low > 0"}
    verdicts = judged(A01="reproduced", A02="inconclusive")
    for verdict in verdicts:
        verdict["rule"] = rule
    (found,) = advice(verdicts, ENTRIES)
    shown = [quantity["meaning"] for quantity in found.measured["A02"]]
    assert shown == [verdicts[1]["quantities"][name]["meaning"] for name in ("drop", "ratio")]
    assert found.measured["A01"] == []
    (left_out,) = advice([verdicts[0], {**verdicts[1], "quantities": {}}], ENTRIES)
    assert left_out.measured["A02"] == []
    page = render(fixture.inputs(verdicts=verdicts, guide=ENTRIES))
    assert shown[0] in section(page, "guide")


def test_without_a_judged_claim_there_is_no_advice():
    assert advice(judged(A03="reproduced"), ENTRIES) == []


def test_the_guide_cites_claims_of_the_ledger_only():
    known = the_ledger().by_id
    entries = texts.read(CLAIMS, "guide")
    cited = {claim for entry in entries for case in entry["cases"] for claim in case["when"]}
    assert cited <= set(known)
    assert all(known[claim].rule for claim in cited)


def test_a_guide_that_rests_on_an_open_claim_is_refused(tmp_path):
    path = texts.file(tmp_path / "claims", "guide")
    path.parent.mkdir(parents=True)
    (tmp_path / "schemas").symlink_to(CLAIMS.parent / "schemas")
    bad = [{"topic": "n", "cases": [{"when": {"A01": "inconclusive"}, "text": "x"}]}]
    path.write_text(yaml.safe_dump(bad), encoding="utf-8")
    with pytest.raises(InitbenchError, match=r"guide.yaml, line 4, .*'inconclusive' is not valid"):
        texts.read(tmp_path / "claims", "guide")


def test_the_bibliography_has_methods_and_each_paper_once():
    twin = fixture.card() | {"name": "twin", "title": "Twin"}
    text = bibliography(fixture.inputs(cards=[fixture.card(), twin]))
    keys = [match[2] for match in ENTRY.finditer(text)]
    assert keys[-3:] == ["initbench-method-orthogonal", "initbench-method-twin", "Saxe2013Exact"]
    assert len(re.findall("^@", text, re.MULTILINE)) == len(keys)


def test_an_entry_has_the_ledger_the_commit_and_its_date():
    made = fixture.environment() | {"committed": "2026-11-21"}
    entry = citations.report_entry(made, ["A"])
    assert "commit 0123456789ab, 2026-11-21, ledger 9f86d081884c" in entry
    assert re.search(r"year +\= \{2026\}", entry)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "misc"),
        ({"booktitle": "ICML"}, "inproceedings"),
        ({"journal": "Annals"}, "article"),
        ({"publisher": "MIT Press"}, "book"),
    ],
)
def test_a_paper_has_the_type_that_its_fields_call_for(fields, kind):
    paper = {"author": "Müller, Klaus", "title": "50 % off", "year": "1998", **fields}
    entry = citations.paper_entry({"paper": paper})
    assert entry.startswith(f"@{kind}{{Muller199850,")
    assert "50 \\% off" in entry
    assert ENTRY.fullmatch(entry)
