"""The chapter on where the documents disagree: its data, its sentences, its place on the page."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import report_fixture as fixture
from initbench.claims import ledger, texts
from initbench.errors import InitbenchError
from initbench.report import disagreements, render
from initbench.report.disagreements import Side, general
from initbench.report.vocabulary import OUTCOMES, outcome
from project_ledger import the_ledger
from report_verdicts import verdicts
from test_report import HOSTILE, Page

FOLDER = Path(__file__).parents[1] / "workflow" / "claims"
FILE = texts.file(FOLDER, "disagreements")
ENTRIES = texts.read(FOLDER, "disagreements")
WORDS = [kind.word for kind in OUTCOMES]
YES, PARTLY, NO, OPEN, UNTESTED = WORDS
ENTRY = {
    "topic": "Is `zero` a start?",
    "sides": [
        {"document": "A", "section": "3", "says": "Yes, see A18.", "rows": ["A18", "A19"]},
        {"document": "D", "section": "4.2", "says": "No.", "rows": ["D17"]},
    ],
    "cases": [
        {"when": {"A18": NO, "D17": [YES, PARTLY]}, "text": "With D17."},
        {"when": {"A18": NO}, "text": "Not with A."},
    ],
}


def inputs(entries=(ENTRY,), **words):
    """Return inputs of the report in which these claims have these verdicts."""
    records = [v | {"verdict": words.get(v["id"], v["verdict"])} for v in verdicts()]
    return fixture.inputs(verdicts=records, disagreements=list(entries))


def resolution(**words):
    (found,) = disagreements.disagreements(inputs(**words))
    return found.resolution


def side(document, *words):
    claims = {f"{document}{i:02}": outcome(word) for i, word in enumerate(words, 1)}
    return Side(document, "1", "something", claims)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"A18": NO, "D17": YES}, "With D17."),
        ({"A18": NO, "D17": PARTLY}, "With D17."),
        ({"A18": NO, "D17": NO}, "Not with A."),
        ({"A18": YES, "A19": YES, "D17": NO}, "The data side with document A (3)."),
    ],
)
def test_the_first_resolution_whose_verdicts_match_is_taken(words, text):
    assert resolution(**words) == text


@pytest.mark.parametrize(
    ("sides", "text"),
    [
        ([(YES, YES), (YES,)], "Every side holds"),
        ([(NO, NO), (NO,)], "The data bear out no side."),
        ([(YES, YES), (NO,)], "The data side with document A (1)."),
        ([(NO,), (YES,)], "The data side with document B (1)."),
        ([(YES, YES), (OPEN,)], "The data leave this open, since B01 could"),
        ([(OPEN, NO), (UNTESTED,)], "The data leave this open, since A01 and B01 could"),
        ([(YES, NO), (NO,)], "No side holds as it stands"),
        ([(PARTLY,), (YES,)], "No side holds as it stands"),
    ],
)
def test_without_a_resolution_a_sentence_is_made_of_the_verdicts(sides, text):
    found = [side(letter, *words) for letter, words in zip("AB", sides, strict=True)]
    assert general(found).startswith(text)


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), min_size=2, max_size=3))
def test_the_general_sentence_names_a_winner_only_where_one_side_holds(words):
    sides = [side(letter, *claims) for letter, claims in zip("ABC", words, strict=False)]
    named = {s.document for s in sides if s.name in general(sides)}
    assert named <= {s.document for s in sides if s.reproduced == len(s.claims)}
    if any(OPEN in claims for claims in words):
        assert named == set()


def test_ten_questions_are_asked_of_claims_of_the_ledger():
    assert len(ENTRIES) == 10
    known = the_ledger().by_id
    for entry in ENTRIES:
        for each in entry["sides"]:
            for claim in each["rows"]:
                assert claim in known, (entry["topic"], claim)
                assert claim[0] == each["document"], (entry["topic"], claim)


def test_a_resolution_asks_for_verdicts_that_a_rule_can_give():
    known = the_ledger().by_id
    for entry in ENTRIES:
        for when in (each["when"] for each in entry["cases"]):
            for claim, words in when.items():
                rule = known[claim].rule
                possible = {ledger.WORDS[key] for key in rule} | {OPEN, UNTESTED}
                asked = {words} if isinstance(words, str) else set(words)
                assert not rule or asked & possible, (entry["topic"], claim)


def test_no_resolution_is_hidden_by_an_earlier_one():
    for entry in ENTRIES:
        seen = []
        for when in (each["when"] for each in entry["cases"]):
            as_sets = {c: {w} if isinstance(w, str) else set(w) for c, w in when.items()}
            for earlier in seen:
                hidden = all(as_sets.get(c, set(WORDS)) <= words for c, words in earlier.items())
                assert not hidden, (entry["topic"], when)
            seen.append(as_sets)


@pytest.fixture
def folder(tmp_path):
    """A folder of claims beside a copy of the schemas."""
    (tmp_path / "claims" / texts.FOLDER).mkdir(parents=True)
    (tmp_path / "schemas").symlink_to(FOLDER.parent / "schemas")
    return tmp_path / "claims"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("A18: not reproduced", "A99: not reproduced", "rests on A99"),
        ("A18: not reproduced", "A18: wrong", "wrong"),
        ("topic:", "asks:", "asks"),
        ("rows: [A18]", "rows: []", "rows"),
    ],
)
def test_a_broken_file_is_refused(folder, old, new, message):
    path = texts.file(folder, "disagreements")
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InitbenchError, match=rf"disagreements.yaml, line \d+, column .*{message}"):
        texts.read(folder, "disagreements")


def test_a_claim_that_was_not_judged_counts_as_inconclusive():
    entry = ENTRY | {"sides": [ENTRY["sides"][0], ENTRY["sides"][1] | {"rows": ["D17", "B11"]}]}
    (found,) = disagreements.disagreements(inputs([entry], A18=YES, A19=YES))
    assert found.sides[1].claims["B11"].word == OPEN
    assert "B11" in found.resolution


def test_a_question_of_which_nothing_was_judged_is_left_out():
    stranger = ENTRY | {"sides": [each | {"rows": ["C24"]} for each in ENTRY["sides"]]}
    assert disagreements.disagreements(inputs([stranger | {"cases": []}])) == []


def chapter(html):
    return re.search(r'<section[^>]* id="disagreements".*?</section>', html, re.DOTALL)[0]


def test_the_page_shows_the_sides_with_their_verdicts_and_the_answer():
    html = render(inputs(A18=NO, A19=YES, D17=YES))
    shown = chapter(html)
    assert "1. Is <code>zero</code> a start?" in shown
    assert "<dt>Document D, 4.2</dt>" in shown
    assert 'Yes, see <a href="#A18">A18</a>.' in shown
    assert re.search(r'href="#A18">A18</a> <span class="badge v-not-reproduced">', shown)
    assert "reproduced: 1 of 2" in shown
    assert 'With <a href="#D17">D17</a>.' in shown
    assert html.count('<a href="#disagreements">') == 1
    assert Page(html).errors == []


def test_the_real_questions_make_a_sound_page_whatever_was_judged():
    page = Page(render(inputs(ENTRIES)))
    assert page.errors == []
    assert len(set(page.ids)) == len(page.ids)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert page.ids.count("disagreement-1") == 1


def test_without_disagreements_there_is_no_chapter_and_a_preview_says_what_it_is():
    assert 'id="disagreements"' not in render(fixture.inputs())
    preview = render(fixture.inputs(disagreements=[ENTRY], purpose="preview"))
    assert "verdicts of a preview" in chapter(preview)
    assert "verdicts of a preview" not in chapter(render(inputs()))


def test_hostile_words_stay_text():
    sides = [each | {"says": HOSTILE, "section": HOSTILE} for each in ENTRY["sides"]]
    cases = [{"when": {"A18": WORDS}, "text": HOSTILE}]
    entry = {"topic": HOSTILE, "sides": sides, "cases": cases}
    page = Page(render(inputs([entry])))
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert page.errors == page.events == []
