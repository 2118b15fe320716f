"""The parts of the report: numbers in words, rules in words, drawings, tables, files."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

import report_fixture as fixture
import synthetic
from initbench.errors import InitbenchError
from initbench.report import grid, load, prose
from initbench.report.accuracy import accuracy_table
from initbench.report.rules import readable, thresholds
from initbench.report.strips import strip
from initbench.report.svg import inline_svg
from report_verdicts import verdicts

CLAIMS = Path(__file__).parents[1] / "workflow" / "claims"
ROOM = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
REALS = st.floats(-1e4, 1e4).filter(lambda x: abs(x) > 1e-3)
CONFIG = {
    "purpose": "preview",
    "documents": ["D"],
    "seed_base": 2000000,
    "beds": {
        "tanh_chain": {"title": "tiny tanh chain", "success": 0.99},
        "mnist": {"title": "constants on MNIST", "success": 0.9},
        "propagation": {"title": "signal propagation at init"},
        "matrices": {"title": "random matrices"},
    },
    "datasets": {"moons": {}, "circles": {}, "unused": {}},
    "architectures": {"tanh_chain": {}},
    "inits": {"default": {}, "orthogonal": {}},
    "protocols": {
        "sgd": {"optimizer": "sgd", "learning_rate": 0.03, "epochs": 1000},
        "probe": {"epochs": 0},
    },
    "experiments": {
        "tiny": {
            "bed": "tanh_chain",
            "protocol": "sgd",
            "grid": [
                dict(datasets=["moons"], architectures=["tanh_chain"], inits=["default"],
                     seeds=400, block=200),
                dict(datasets=["circles"], architectures=["tanh_chain"],
                     inits=["default", "orthogonal"], seeds=200, block=200),
            ],
        },
        "unneeded": {"bed": "propagation", "protocol": "probe", "grid": []},
    },
    "probes": {
        "signal": {"bed": "propagation", "measure": "spectra", "widths": [4, 8], "draws": 20,
                   "inits": ["default", "orthogonal"]},
    },
    "matrices": {
        "gaussian_2": {"bed": "matrices", "kind": "gaussian", "size": 2, "steps": 9, "draws": 7},
    },
    "reduce": {"draws": {"propagation": 3}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"),
        (54.0, "54"),
        (-1.0, "−1"),
        (109386, "109\u202f386"),
        (0.93456, "0.9346"),
        (-0.5, "−0.5"),
        (1234.56, "1\u202f234.6"),
        (999.97, "1000"),
        (3.1e-5, "3.1 × 10⁻⁵"),
        (-2.5e12, "−2.5 × 10¹²"),
        (None, "not defined"),
        (float("nan"), "not defined"),
    ],
)
def test_numbers_are_written_for_people(x, text):
    assert prose.number(x) == text


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((0.935, 0.8919, 0.9615), "0.935 [0.892, 0.962]"),
        ((-0.1, -0.3, 0.1), "−0.10 [−0.30, 0.10]"),
        ((0.48, 0.48, 0.48), "0.48"),
        ((0.48, None, None), "0.48 [no bounds]"),
        ((None, None, None), "not defined"),
        ((2e-6, 1e-6, 3e-6), "2 × 10⁻⁶ [1 × 10⁻⁶, 3 × 10⁻⁶]"),
    ],
)
def test_an_interval_is_written_to_the_digits_that_it_supports(numbers, text):
    assert prose.estimate(*numbers) == text


@given(REALS, st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_rounding_moves_a_bound_by_a_tenth_of_the_interval_at_most(value, below, above):
    low, high = value - below, value + above
    text = prose.estimate(value, low, high)
    if "×" not in text:
        shown = [
            float(x.replace("−", "-").replace("\u202f", ""))
            for x in re.split(r" \[|, |\]", text)[:3]
        ]
        for number, exact in zip(shown, (value, low, high), strict=True):
            assert abs(number - exact) <= 0.1 * (high - low) + 1e-9


def test_times_lists_and_sentences():
    assert [prose.duration(s) for s in (0.52, 75, 11000)] == ["0.5 s", "1 min 15 s", "3 h 3 min"]
    assert prose.enumeration(["A01", "A02", "A03"]) == "A01, A02 and A03"
    assert prose.enumeration(["A01"]) == "A01"
    assert prose.plural(1, "claim") == "1 claim"
    assert prose.sentence("late in training ") == "Late in training."
    assert prose.moment("2026-11-22T03:31:00+02:00") == "2026-11-22 01:31 UTC"
    assert prose.slug("svd_k2_s0.8") == "svd_k2_s0-8"


def test_a_number_and_its_percent_sign_stay_together():
    assert prose.rich("95 % of n = 20 runs") == "95\u00a0% of n\u00a0=\u00a020 runs"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("-0.01 to 2e-05", "−0.01 to 2\u00a0×\u00a010⁻⁵"),
        ("a drop (-3.5e+12)", "a drop (−3.5\u00a0×\u00a010¹²)"),
        ("on 2026-11-28, layers 2-4, N(0,1)-like, he_normal-2, kick_1e-3", None),
        ("`x >= -1e-6`", "<code>x &gt;= -1e-6</code>"),
    ],
)
def test_numbers_in_sentences_are_written_for_people(text, written):
    assert prose.rich(text) == (written or text)


def test_text_knows_code_and_claims_and_nothing_else():
    text = prose.linked("see D14, not D99: `a < b` <b>", {"D14"})
    assert text == ('see <a href="#D14">D14</a>, not D99: <code>a &lt; b</code> &lt;b&gt;')


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("falling.low > 0.90", "lower 95 % bound of [falling] &gt; 0.9"),
        ("0.1 < x.value <= 0.2", "0.1 &lt; [x] ≤ 0.2"),
        ("within(gap, 5e-5)", "90 % interval of [gap] inside ±5 × 10⁻⁵"),
        (
            "a.n >= 10 and not b.high < -0.1",
            "number of runs behind [a] ≥ 10 and not upper 95 % bound of [b] &lt; −0.1",
        ),
        (
            "a.n > 1 and (b.value > 1 or c.value > 1)",
            "number of runs behind [a] &gt; 1 and ([b] &gt; 1 or [c] &gt; 1)",
        ),
        ("a.value != 1 - (0.1 + 0.2) * 2", "[a] ≠ 1 − ((0.1 + 0.2) × 2)"),
        (
            "a.value == 1 or b.value == 1 or c.value == 1",
            "at least one of<ul><li>[a] = 1</li><li>[b] = 1</li><li>[c] = 1</li></ul>",
        ),
        ("all(a.low > 0.5)", "in every case: lower 95 % bound of [a] &gt; 0.5"),
        ("all(within(a, 0.1))", "in every case: 90 % interval of [a] inside ±0.1"),
        (
            "any(a[d3, 30, '0.1'].value > 0 or b.value > 0)",
            "for at least one of [d3], [30] and [0.1]: [a] &gt; 0 or [b] &gt; 0",
        ),
        (
            "a[d3].value > 0 and any(a['*_d30'].value > 0)",
            "<code>a[d3]</code> &gt; 0 and (for at least one of <code>*_d30</code>: [a] &gt; 0)",
        ),
        ("not all(a.value > 0)", "not (in every case: [a] &gt; 0)"),
        (
            "all(a.value > b[2].value and c.value > 0 and d.value > 0)",
            "in every case: all of<ul><li>[a] &gt; <code>b[2]</code></li><li>[c] &gt; 0</li>"
            "<li>[d] &gt; 0</li></ul>",
        ),
    ],
)
def test_conditions_read_as_words(condition, words):
    assert readable(condition).replace("\u00a0", " ") == re.sub(
        r"(?<!\w)\[([\w.]+)\]", r"<code>\1</code>", words
    )


def test_thresholds_are_found_with_their_arithmetic_and_margins():
    rule = [
        "a.low > 0.1135 + 0.05 and within(b, 0.02)",
        "0.5 < a.value or a.n >= 10 or a.low > c.high",
    ]
    assert thresholds(rule, ["a", "b", "c"]) == {
        "a": [pytest.approx(0.1635), 0.5],
        "b": [-0.02, 0.02],
        "c": [],
    }


@given(REALS, st.floats(1e-3, 1e3), st.floats(0, 1e3), st.lists(REALS, min_size=1, max_size=4))
def test_a_strip_stays_inside_its_frame_and_keeps_the_order(value, below, above, levels):
    drawn = strip(value, value - below, value + above, levels)
    numbers = [float(x) for x in re.findall(r"[MH](\d+\.\d)|cx=\"(\d+\.\d)", drawn) for x in x if x]
    assert all(0 <= x <= 150 for x in numbers)
    low, high, centre = numbers[-3:]
    assert low <= centre <= high


@pytest.mark.parametrize("numbers", [(0.5, 0.4, 0.6, []), (None, None, None, [1]), (1, 1, 1, [1])])
def test_a_strip_without_anything_to_compare_is_empty(numbers):
    assert strip(*numbers) == ""


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<foreignObject><p/></foreignObject>",
        "<a href='https://example.org'><path/></a>",
        "<animate attributeName='href'/>",
        "<path onclick='alert(1)'/>",
        "<path ONLOAD='alert(1)'/>",
        "<use xlink:href='https://example.org/a.svg#x'/>",
        "<use href='javascript:alert(1)'/>",
        "<image href='https://example.org/a.png'/>",
        "<image href='data:image/svg+xml;base64,AAAA'/>",
        "<path style='fill: url(https://example.org/x)'/>",
        "<path style='fill: \\75rl(x)'/>",
        "<style>@import 'https://example.org/x.css';</style>",
        "<style>path { fill: URL( 'https://example.org/x') }</style>",
    ],
)
def test_a_drawing_that_runs_or_loads_something_is_refused(inside):
    with pytest.raises(InitbenchError, match="Figure 'bad' holds"):
        inline_svg("bad", f"<svg {ROOM}>{inside}</svg>", "a drawing", "f0")


@pytest.mark.parametrize(
    "text", ["<svg", "<html/>", '<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>']
)
def test_what_is_no_drawing_is_refused(text):
    with pytest.raises(InitbenchError, match="Figure 'bad' holds"):
        inline_svg("bad", text, "a drawing", "f0")


def test_a_drawing_gets_its_own_ids_a_label_and_no_metadata():
    text = (
        f"<svg {ROOM}><metadata/><title>old</title><style>path {{stroke: red}}</style><defs>"
        '<clipPath id="p1"><rect/></clipPath><path id="m1"/></defs><g clip-path="url(#p1)">'
        '<use xlink:href="#m1" style="clip-path: url(\'#p1\')"/></g></svg>'
    )
    drawn = inline_svg("two.moons", text, 'loss < "1"', "f7")
    assert isinstance(drawn, Markup)
    assert 'role="img" aria-label="loss &lt; &quot;1&quot;" id="two-moons-drawing"' in drawn
    assert drawn.count('"url(#f7-0)"') == 1
    assert 'href="#f7-1" style="clip-path: url(#f7-0)"' in drawn
    assert "#two-moons-drawing {path {stroke: red}}" in drawn
    assert not re.search("metadata|title|xmlns", drawn)


def test_the_accuracy_table_ranks_inits_and_counts_failures():
    frame = synthetic.join(
        [
            synthetic.outcomes("default", [0.5] * 8 + [1.0] * 2, seeds=10, classes=1),
            synthetic.outcomes("orthogonal", 1.0, seeds=10).assign(status="diverged"),
            synthetic.outcomes("default", 0.9, seeds=10, dataset="circles"),
        ]
    )
    table = accuracy_table("tiny", "SGD", frame, 0.99, pd.DataFrame())
    assert [group["name"] for group in table["groups"]] == [
        "circles × tanh_chain",
        "moons × tanh_chain",
    ]
    best, worst = table["groups"][1]["rows"]
    assert best[:3] == ["orthogonal", 10, "100 [69, 100]"]
    assert best[3:] == ["100.00 to 100.00", "1.00 [0.69, 1.00]", "0.00 [0.00, 0.31]", 10]
    assert worst[0] == "default"
    assert worst[2].startswith("60 [")
    assert worst[3:5] == ["50.00 to 100.00", "0.20 [0.03, 0.56]"]
    assert len(table["columns"]) == len(best)


def test_the_accuracy_table_tells_the_rate_that_was_chosen_and_the_score_of_each_rate_tried():
    runs = [
        synthetic.outcomes(init, 0.9, seeds=4).assign(learning_rate=rate)
        for init, rate in (("default", 0.1), ("he", 0.03), ("xavier", 0.01))
    ]
    cells = pd.DataFrame({"init": ["default", "he", "xavier"]})
    scores = pd.DataFrame({"rate": [0.01, 0.03, 0.1], "score": [0.2, 0.91, 0.113]})
    tried = cells.merge(scores, how="cross").assign(dataset="moons", architecture="tanh_chain")
    table = accuracy_table("bed", "SGD", synthetic.join(runs), 0.9, tried)
    assert table["columns"][-1] == "learning rate"
    chosen = {row[0]: row[-1] for row in table["groups"][0]["rows"]}
    found = "0.01: 20.0, 0.03: 91.0, 0.1: 11.3"
    assert chosen == {
        "default": f"0.1 (at the bound); {found}",
        "he": f"0.03; {found}",
        "xavier": f"0.01 (at the bound); {found}",
    }


def test_the_grid_is_told_in_words():
    assert grid.summary(CONFIG, ["tiny"]) == {
        "seed_base": 2000000,
        "beds": {name: bed["title"] for name, bed in CONFIG["beds"].items()},
        "experiments": [
            {
                "experiment": "tiny",
                "bed": "tanh_chain",
                "recipe": "SGD, learning rate 0.03, full batch, 1000 epochs",
                "cells": 3,
                "seeds": "200 to 400",
                "runs": 800,
            }
        ],
        "measurements": [
            {"name": "signal", "bed": "propagation", "draws": 3,
             "settings": "measure spectra, widths 4 / 8, inits 2"},
            {"name": "gaussian_2", "bed": "matrices", "settings": "size 2, steps 9", "draws": 7},
        ],
    }  # fmt: skip
    kick = dict(optimizer="adam", learning_rate=1e-3, batch=64, epochs=3)
    kick["kick"] = {"after_epoch": 1, "std": 1e-6}
    assert grid.recipe(kick) == (
        "Adam, learning rate 0.001, batch 64, 3 epochs, noise of std 1e-06 after epoch 1"
    )
    tuned = dict(momentum=0.9, learning_rate=[0.1, 0.01], tuning={"seeds": 3}, batch=64, epochs=5)
    assert grid.recipe(tuned) == (
        "SGD with momentum 0.9, the best learning rate of 0.1 / 0.01 and, where "
        "that is an end, of rates further out, batch 64, 5 epochs"
    )
    with pytest.raises(InitbenchError, match="no cells"):
        grid.summary(CONFIG, ["unneeded"])


@pytest.fixture
def results(tmp_path):
    """A results folder with what the report reads, for one experiment and one figure."""
    drawn = fixture.figure("curves", "Curves")
    words = {key: drawn[key] for key in ("title", "caption", "alt")}
    records = [verdict | {"needs": ["tiny", "checks"]} for verdict in verdicts()]
    files = {
        "verdicts.json": records,
        "environment.json": fixture.environment(),
        "manifest.json": fixture.provenance(),
        "figures/curves.json": words,
        "data/moons/manifest.json": fixture.manifest("moons", 2),
        "data/circles/manifest.json": fixture.manifest("circles", 2),
    }
    for folder in ("figures", "data/moons", "data/circles", "tables/tiny"):
        (tmp_path / folder).mkdir(parents=True)
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "figures/curves.svg").write_text(drawn["svg"], encoding="utf-8")
    (tmp_path / "figures/curves.csv").write_text(drawn["csv"], encoding="utf-8")
    runs = synthetic.join([synthetic.outcomes("default", 0.9, seeds=5)])
    runs.to_parquet(tmp_path / "tables/tiny/outcomes.parquet")
    return tmp_path


def test_loading_reads_what_the_judged_documents_need(results):
    inputs = load(results, CLAIMS, CONFIG, ["curves"])
    assert {verdict["document"] for verdict in inputs.verdicts} == {"D"}
    assert [document["document"] for document in inputs.documents] == ["D"]
    assert [manifest["dataset"] for manifest in inputs.manifests] == ["moons", "circles"]
    assert [table["title"] for table in inputs.tables] == ["tiny"]
    assert inputs.figures[0]["csv"].startswith("step,loss")
    assert inputs.costs is None
    assert inputs.purpose == "preview"
    assert {"id", "date", "rows", "change", "reason"} <= inputs.amendments[0].keys()


@pytest.mark.parametrize("name", ["verdicts.json", "figures/curves.svg", "manifest.json"])
def test_loading_names_a_missing_file(results, name):
    (results / name).unlink()
    with pytest.raises(InitbenchError, match=re.escape(name)):
        load(results, CLAIMS, CONFIG, ["curves"])


def test_loading_names_a_broken_file_and_an_unknown_document(results):
    with pytest.raises(InitbenchError, match="Unknown document 'X'"):
        load(results, CLAIMS, CONFIG | {"documents": ["X"]}, ["curves"])
    (results / "verdicts.json").write_text("[", encoding="utf-8")
    with pytest.raises(InitbenchError, match="is not JSON"):
        load(results, CLAIMS, CONFIG, ["curves"])
