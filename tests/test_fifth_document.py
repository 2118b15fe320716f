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
from initbench.claims import evidence_to_json, judge, ledger, measure, names, to_json
from initbench.claims.adjudicators.kit import registry
from initbench.claims.adjudicators.kit.checks import check_quantities
from initbench.claims.adjudicators.kit.runs import Arm, success_rate
from initbench.errors import InitbenchError
from initbench.figures.pipeline.verdict_board import draw_board
from initbench.report import citations
from initbench.report.render import render
from workflow_grid import MNIST, lay, planned, tiny

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
OWN = """
from initbench.claims.adjudicators.kit.registry import adjudicates

@adjudicates("BLOG02")
def moons(tables):
    pass
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


def test_it_gets_its_place_on_the_board(folder):
    known, verdicts = judged(folder)
    about = {document.key: document.about for document in known.documents}
    board = draw_board([verdict.to_dict() for verdict in verdicts], about)
    assert board.alt == "Verdicts by document. document BLOG: 3 reproduced."
    words = {text.get_text() for axes in board.figure.axes for text in axes.texts}
    assert any("two moons once more" in text for text in words)


def test_it_gets_its_chapter_and_its_citations(folder):
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


def test_its_beds_are_those_that_the_configuration_names(folder):
    rows = [row for row in ledger.load(folder).rows if row.document == "BLOG" and row.rule]
    names.check_beds(rows, ["checks", "two_moons"])
    with pytest.raises(InitbenchError, match="bed of row BLOG02 in the ledger: 'two_moons'; "):
        names.check_beds(rows, ["checks", "mnist"])


@pytest.mark.workflow
def test_it_is_planned_from_its_file_its_bed_and_its_adjudicators(tmp_path):
    config = {**tiny(), "documents": ["BLOG"]}
    config["beds"]["two_moons"] = {"title": "two moons", "success": 0.99}
    config["experiments"]["tiny"]["bed"] = "two_moons"
    config["datasets"]["digits"] = MNIST
    project = lay(tmp_path / "project", config)
    (project / "workflow/claims/documents/fifth.yaml").write_text(DOCUMENT, encoding="utf-8")
    own = project / "src/initbench/claims/adjudicators/two_moons.py"
    own.write_text(OWN, encoding="utf-8")
    assert planned(project, "results/evidence/two_moons.json") == {
        "prepare_data": 1, "train_default": 2, "train_orthogonal": 1, "collect_runs": 1,
        "measure_bed": 1,
    }  # fmt: skip
    plan = planned(project, "results/verdicts/BLOG03.json")
    assert (plan["check_formulas"], plan["collect_runs"], plan["judge_one_claim"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("key: BLOG", "key: A", "The ledger's documents hold 'A' twice; keep one."),
        ("id: BLOG02", "id: A01", "claims and amendments hold 'A01' twice; keep one."),
        ("id: BLOG02", "id: BLOG01", "claims and amendments hold 'BLOG01' twice; keep one."),
        ("BLOG0", "M1", "claims and amendments hold 'M11' twice; keep one."),
        ("id: BLOG02", "id: A99", "at A99: Row A99 stands in document BLOG; its id must be that"),
    ],
)
def test_a_key_or_a_row_that_is_taken_is_refused(folder, old, new, words):
    text = DOCUMENT.replace("key: BLOG", "key: M") if new == "M1" else DOCUMENT
    (folder / "documents/fifth.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InitbenchError) as caught:
        ledger.load(folder)
    assert words in str(caught.value)
