"""The main findings: their numbers come from verdicts, and what is not decided is not stated."""

from pathlib import Path

import pytest
import yaml

import report_fixture as fixture
from initbench.claims import texts
from initbench.errors import InitbenchError
from initbench.report import render
from initbench.report.findings import SHOWN, findings
from report_verdicts import quantity, verdicts
from test_report import HOSTILE, Page

CLAIMS = Path(__file__).parents[1] / "workflow" / "claims"
ENTRIES = texts.read(CLAIMS, "findings")
CASES = [case for entry in ENTRIES for case in entry["cases"]]
CASE = {
    "when": {"A01": ["reproduced", "partly reproduced"]},
    "lead": "It falls.",
    "text": "In {A01.falling:percent} ({A01.falling:range}, {A01.falling:n}); {A01.ratio}.",
}
OTHER = {
    "when": {"A01": "not reproduced"},
    "lead": "No.",
    "text": "By {A01.drop:points}, {A01.drop:about}.",
}
ENTRY = {"topic": "falling", "cases": [CASE, OTHER]}
NUMBERS = {
    "falling": quantity("share", (0.96, 0.935, 0.98), 200, "Wilson"),
    "drop": quantity("difference", (-0.0532, -0.1, 0.0), 200, "BCa"),
    "ratio": quantity("ratio", (3.1e-5, 1e-5, 5e-5), 200, "BCa"),
}


def verdict(word, name="A01", **numbers):
    return {"id": name, "verdict": word, "quantities": NUMBERS | numbers}


def stated(*verdicts, entries=(ENTRY,)):
    return findings(fixture.inputs(verdicts=list(verdicts), findings=list(entries)))


def test_the_numbers_are_those_of_the_verdict():
    (found,) = stated(verdict("reproduced"))
    assert found.lead == "It falls."
    assert found.text == "In 96 % (93.5 to 98, n = 200); 3.1 × 10⁻⁵."
    assert found.claims["A01"].word == "reproduced"
    assert stated(verdict("not reproduced"))[0].text == "By −5.3 points, −0.053."


@pytest.mark.parametrize(
    "verdicts",
    [
        [],
        [verdict("inconclusive")],
        [verdict("not testable")],
        [verdict("reproduced", name="A02")],
        [verdict("reproduced", ratio={**NUMBERS["ratio"], "value": None})],
    ],
)
def test_a_finding_whose_claim_is_open_or_missing_is_left_out(verdicts):
    assert stated(*verdicts) == []


def test_the_first_five_are_shown():
    assert len(stated(verdict("reproduced"), entries=[ENTRY] * 9)) == SHOWN == 5


def test_every_finding_takes_its_numbers_from_the_run():
    assert not [case["text"] for case in CASES if case["text"][0].islower()]
    assert all(texts.NUMBER.search(case["text"]) for case in CASES)
    assert len(ENTRIES) >= SHOWN


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": "{D17.sr50} of them"}, "from D17"),
        ({"text": "{A01.sr50:percents}"}, "Unknown form of a number 'percents'"),
        ({"when": {"A01": "inconclusive"}}, "is not valid"),
    ],
)
def test_a_bad_file_is_refused(tmp_path, change, message):
    path = texts.file(tmp_path / "claims", "findings")
    path.parent.mkdir(parents=True)
    (tmp_path / "schemas").symlink_to(CLAIMS.parent / "schemas")
    content = yaml.safe_dump([{"topic": "x", "cases": [CASE | change]}] * 5)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InitbenchError, match=rf"findings.yaml, line \d+, column .*{message}"):
        texts.read(tmp_path / "claims", "findings")


def test_the_page_states_its_findings_with_links_and_a_preview_says_so():
    records = verdicts()
    records[0] |= {"verdict": "reproduced", "quantities": records[0]["quantities"] | NUMBERS}
    html = render(fixture.inputs(verdicts=records, findings=[ENTRY], purpose="preview"))
    assert "<strong>It falls.</strong> In 96\u00a0% (93.5 to 98, n\u00a0=\u00a0200)" in html
    assert '<a href="#A01">A01, reproduced</a>' in html
    assert "From a preview, which is no evidence." in html
    assert "decided none of the claims" in render(fixture.inputs())


def test_a_hostile_finding_stays_text():
    records = verdicts()
    records[0] |= {"verdict": "reproduced", "quantities": records[0]["quantities"] | NUMBERS}
    case = CASE | {"lead": HOSTILE, "text": HOSTILE}
    entries = [{"topic": HOSTILE, "cases": [case]}]
    page = Page(render(fixture.inputs(verdicts=records, findings=entries)))
    assert page.tags.count("script") == 1
    assert "img" not in page.tags
    assert page.errors == []
