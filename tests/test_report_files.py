"""What stands beside the page and inside it: bundle, tables, manifest, slim drawings."""

import base64
import csv
import gzip
import json
import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pandas as pd
import pytest

import report_fixture as fixture
import synthetic
from initbench.report import bundle, exports, render, write_bundle
from initbench.report.manifest import DOCUMENTS, FIGURE_FILES, manifest, rule_of, seeds_of
from initbench.report.origins import Origins, seeds
from initbench.report.svg_size import slim
from report_verdicts import verdicts

DATA = re.compile(r'href="(data:[^"]*)" download="([^"]*)"')


def unpacked(address):
    """Return the text that a data address of the page holds."""
    kind, _, content = address.partition(",")
    if "gzip" in kind:
        return gzip.decompress(base64.b64decode(content)).decode()
    return unquote(content)


@pytest.fixture(scope="module")
def embedded():
    """The text of every file that the page holds, by the name under which it downloads."""
    found = DATA.findall(render(fixture.inputs()))
    return {name.removesuffix(".gz"): unpacked(address) for address, name in found}


def test_the_page_holds_the_files_that_stand_beside_it(tmp_path, embedded):
    inputs = fixture.inputs()
    drawings = tmp_path / "drawings"
    drawings.mkdir()
    for figure in inputs.figures:
        for ending in FIGURE_FILES:
            (drawings / f"{figure['name']}.{ending}").write_text(ending, encoding="utf-8")
    write_bundle(tmp_path / "reports", inputs, drawings, "page")
    for name in ("verdicts.json", "manifest.json", "report.bib"):
        assert embedded[name] == (tmp_path / "reports" / name).read_text(encoding="utf-8")
    for name in ("A01.csv", "A01.tex", "accuracy-tiny_sgd.csv", "accuracy-tiny_sgd.tex"):
        assert embedded[name] == (tmp_path / "reports/tables" / name).read_text(encoding="utf-8")
    beside = {path.name for path in (tmp_path / "reports/figures").iterdir()}
    assert beside == {f"{f['name']}.{e}" for f in inputs.figures for e in FIGURE_FILES}


def test_a_report_without_tables_and_figures_still_has_their_folders(tmp_path):
    nothing = fixture.inputs(figures=[], tables=[], verdicts=[])
    write_bundle(tmp_path, nothing, tmp_path, "page")
    assert (tmp_path / "tables").is_dir()
    assert (tmp_path / "figures").is_dir()


def test_the_verdicts_in_the_page_are_those_it_shows(embedded):
    assert json.loads(embedded["verdicts.json"]) == verdicts()
    assert json.loads(embedded["manifest.json"]) == fixture.provenance()


def test_the_bibliography_has_an_entry_for_the_report_each_document_and_each_claim(embedded):
    keys = re.findall(r"^@misc\{([^,]+),", embedded["report.bib"], re.MULTILINE)
    claims = [f"initbench-{v['id']}" for v in verdicts()]
    assert keys == ["initbench", "initbench-A", "initbench-D", *claims]


def test_no_file_in_the_page_knows_the_time(embedded):
    later = fixture.environment() | {"created": "2026-12-01T00:00Z"}
    found = DATA.findall(render(fixture.inputs(environment=later)))
    assert {n.removesuffix(".gz"): unpacked(a) for a, n in found} == embedded


def test_a_table_of_quantities_keeps_full_precision(embedded):
    record = next(v for v in verdicts() if v["id"] == "A01")
    rows = list(csv.DictReader(embedded["A01.csv"].splitlines()))
    assert [row["quantity"] for row in rows] == list(record["quantities"])
    assert float(rows[0]["value"]) == record["quantities"]["falling"]["value"]


def test_latex_escapes_what_tex_would_misread():
    text = exports.as_latex(["a_b", "n"], [["50 % & more", 3.1e-5], ["−1 × 2", None]], "x_1")
    assert r"a\_b & n \\" in text
    assert r"50 \% \& more & 3.1 $\times$ 10$^{-5}$ \\" in text
    assert r"$-$1 $\times$ 2 &  \\" in text
    assert r"\caption{x\_1}" in text
    assert text.isascii()


def test_a_claim_without_numbers_has_no_table():
    names = bundle.tables(fixture.inputs())
    bare = [v["id"] for v in verdicts() if not v["quantities"]]
    assert bare
    assert not {f"{claim}.csv" for claim in bare} & set(names)


def test_what_belongs_to_no_claim_has_its_table_too():
    added = bundle.tables(fixture.inputs(**fixture.extras()))
    beside = (
        "controls",
        "null-p-values",
        "false-positives",
        "coverage",
        "two-rates",
        "stability",
        "signals",
    )
    assert {f"{name}.{ending}" for name in beside for ending in ("csv", "tex")} <= set(added)
    rows = list(csv.DictReader(added["stability.csv"].splitlines()))
    assert [row["verdict"] for row in rows if row["claim"] == "A04"] == [
        "reproduced",
        "not reproduced",
    ]
    page = render(fixture.inputs(**fixture.extras()))
    assert all(f'download="{name}.' in page for name in beside)
    assert not set(bundle.tables(fixture.inputs())) & {f"{name}.csv" for name in beside}


def test_the_manifest_names_tables_with_seeds_rows_and_checksums(tmp_path):
    (tmp_path / "tables/tiny").mkdir(parents=True)
    (tmp_path / "figures").mkdir()
    runs = synthetic.join([synthetic.outcomes("default", 0.9, seeds=5)])
    runs.to_parquet(tmp_path / "tables/tiny/outcomes.parquet")
    pd.DataFrame({"x": [1]}).to_parquet(tmp_path / "tables/checks.parquet")
    for ending in FIGURE_FILES:
        (tmp_path / f"figures/curves.{ending}").write_text(ending, encoding="utf-8")
    for name in DOCUMENTS:
        (tmp_path / f"{name}.json").write_text("{}", encoding="utf-8")
    needs = {"tiny": ["tiny/outcomes"], "checks": ["checks"]}
    claims = [{"id": "A01", "verdict": "reproduced", "needs": ["checks", "left_out"]}]
    found = manifest(tmp_path, needs, {"curves": ["tiny"]}, claims, fixture.environment())
    checks, tiny = found["tables"]
    assert (checks["name"], checks["rule"], checks["seeds"]) == ("checks", "check_formulas", None)
    assert (tiny["rule"], tiny["rows"]) == ("collect_runs", 5)
    assert tiny["seeds"] == [runs["seed"].min(), runs["seed"].max()]
    assert len(tiny["sha256"]) == 64
    assert found["figures"][0]["tables"] == ["tiny/outcomes"]
    assert set(found["figures"][0]["sha256"]) == set(FIGURE_FILES)
    assert {one["name"]: one["rule"] for one in found["documents"]} == DOCUMENTS
    assert found["claims"] == [{"id": "A01", "verdict": "reproduced", "tables": ["checks"]}]
    assert "created" not in json.dumps(found)


def test_an_empty_table_has_no_seeds(tmp_path):
    pd.DataFrame({"seed": pd.Series([], dtype="int64")}).to_parquet(tmp_path / "a.parquet")
    assert seeds_of(tmp_path / "a.parquet") is None


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("probes/signal", "collect_probe"),
        ("matrices/draws", "collect_matrices"),
        ("replay_curves", "replay_notebook"),
        ("mnist_main/layers", "collect_runs"),
    ],
)
def test_the_rule_of_a_table(name, rule):
    assert rule_of(name) == rule


def test_origins_tell_seeds_and_the_command_of_a_preview():
    origins = Origins.of(fixture.inputs(purpose="preview"))
    assert origins.rebuild("verdicts/D17.json") == "make preview ARGS=results/verdicts/D17.json"
    assert origins.of_claim("A01")[0]["name"] == "tiny_sgd/curves"
    assert origins.of_claim("Z99") == origins.of_figure("absent") == []
    assert seeds({"seeds": [7, 7]}) == "seed 7"
    assert seeds({"seeds": None}) == "no seeds"


def slimmed(inside):
    root = ElementTree.fromstring(f"<svg>{inside}</svg>")
    slim(root, "f3")
    return ElementTree.tostring(root, encoding="unicode")


def test_a_drawing_loses_groups_and_shapes_that_show_nothing():
    text = slimmed(
        '<g><g>\n<path style="fill: none"/><g id="a"><text>x <tspan>y</tspan> z</text></g></g></g>'
    )
    assert text == '<svg><g id="f3-0"><text>x <tspan>y</tspan> z</text></g></svg>'


def test_styles_that_recur_become_classes_and_a_style_with_braces_does_not():
    style, odd = "stroke: red; fill: none", "fill: red} body {display: none"
    text = slimmed(f'<path style="{style}"/><path style="{style}"/>' + f'<g style="{odd}"/>' * 2)
    assert "<style>.f3a{stroke:red;fill:none}</style>" in text
    assert text.count('<path class="f3a" />') == 2
    assert text.count(f'style="{odd}"') == 2


def test_many_styles_have_distinct_classes():
    text = slimmed("".join(f'<path style="stroke-width: {i}"/>' * 2 for i in range(40)))
    names = re.findall(r"\.(\w+)\{", text)
    assert len(set(names)) == 40
    assert set(names) == set(re.findall(r'class="(\w+)"', text))
