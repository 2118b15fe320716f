"""A document that the project does not know is a file of the ledger and its own adjudicators."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path

import pytest

import report_fixture
import synthetic
from initbench import checks
from initbench.checks import _registry
from initbench.checks._registry import Measurement, check
from initbench.claims import evidence_to_json, judge, ledger, measure, to_json
from initbench.claims.adjudicators.kit import registry
from initbench.claims.adjudicators.kit.checks import check_quantities
from initbench.claims.adjudicators.kit.runs import Arm, success_rate
from initbench.errors import InitbenchError
from initbench.report import citations
from initbench.report.render import render

LEDGER = Path(__file__).parents[1] / "workflow/claims"
DOCUMENT = """
key: BLOG
title: A fifth text on initialization
about: two moons once more
authors: Nobody
address: https://example.org/fifth
licence: not stated
source: A post that was made up for this test.
rows:
  - id: BLOG01
    section: Start
    kind: math
    statement: Two and two make four.
    bed: checks
    needs: [checks]
    arms: a sum
    quantities: {sum: the sum, violations: number of failed checks}
    rule: {reproduced: sum.value == 4, not_reproduced: sum.value != 4}
    why: {reproduced: It does., not_reproduced: It does not.}
  - id: BLOG02
    section: Start
    kind: qual
    statement: The chain learns the moons.
    bed: two_moons
    needs: [tiny]
    arms: the chain on moons
    quantities: {share: {means: share of runs that reach 99 %, kind: proportion}}
    rule: {reproduced: share.low > 0.5, not_reproduced: share.high < 0.5}
    why:
      reproduced: Most runs do.
      not_reproduced: Most runs do not.
      inconclusive: About half of the runs do.
  - id: BLOG03
    section: End
    kind: expl
    statement: So all is well.
    alias_of: [BLOG01, BLOG02]
    logic: all
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a ledger of five documents; what measures the fifth is known to this test only."""
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry.adjudicators()))
    monkeypatch.setattr(_registry, "REGISTRY", dict(_registry.REGISTRY))
    monkeypatch.setattr(checks, "REGISTRY", _registry.REGISTRY)

    @check("BLOG01", "blog01_sum")
    def two_and_two() -> Measurement:
        return Measurement(2 + 2, 4, 0, "two and two")

    @registry.adjudicates("BLOG02")
    def moons(tables):
        return {"share": success_rate(tables, Arm("tiny", "default", "moons", "tanh_chain"))}

    registry.adjudicates("BLOG01")(check_quantities("BLOG01"))
    copied = Path(shutil.copytree(LEDGER, tmp_path / "claims"))
    shutil.copytree(LEDGER.parent / "schemas", tmp_path / "schemas")
    (copied / "documents/fifth.yaml").write_text(DOCUMENT, encoding="utf-8")
    return copied


def judged(folder):
    """Return the ledger and the verdicts on the fifth document."""
    known = ledger.load(folder)
    rows = [row for row in known.rows if row.document == "BLOG"]
    runs = synthetic.outcomes("default", 1.0, seeds=20)
    tables = synthetic.SyntheticTables({"tiny/outcomes": runs, "checks": checks.run(["BLOG"])})
    found = measure([row for row in rows if row.rule], tables)
    assert evidence_to_json(found)
    return known, [v for v in judge(known, found) if v.id.startswith("BLOG")]


def test_it_gets_verdicts_from_its_own_checks_runs_and_rows(folder):
    _, verdicts = judged(folder)
    assert {verdict.id: verdict.verdict for verdict in verdicts} == dict.fromkeys(
        ("BLOG01", "BLOG02", "BLOG03"), "reproduced"
    )


def test_it_gets_its_chapter_its_place_on_the_board_and_its_citations(folder):
    known, verdicts = judged(folder)
    records = json.loads(to_json([verdict.to_dict() for verdict in verdicts]))
    documents = [{"document": "BLOG", **asdict(known.document("BLOG"))}]
    inputs = report_fixture.inputs(verdicts=records, documents=documents, figures=[])
    page = render(inputs)
    for text in ("A fifth text on initialization", "The chain learns the moons.", "BLOG03"):
        assert text in page
    assert "Authors: Nobody" in page
    assert 'href="https://example.org/fifth"' in page
    entry = citations.document_entry(inputs.environment, documents[0])
    assert "A fifth text on initialization" in entry


def test_a_key_or_a_row_that_is_taken_is_refused(folder):
    file = folder / "documents/fifth.yaml"
    for old, new, words in (
        ("key: BLOG", "key: A", "A"),
        ("id: BLOG02", "id: A01", "A01"),
        ("id: BLOG02", "id: BLOG01", "'BLOG01' twice"),
    ):
        file.write_text(DOCUMENT.replace(old, new), encoding="utf-8")
        with pytest.raises(InitbenchError, match=words):
            ledger.load(folder)
