"""The page as text: complete, equal for equal inputs, closed to the network and to injection."""

import base64
import gzip
import re
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

import report_fixture as fixture
from initbench.errors import InitbenchError
from initbench.report import render
from initbench.report.bundle import link
from initbench.report.citations import claim_entry, document_entry, report_entry
from initbench.report.render import LIMIT
from report_verdicts import WORDS, verdicts, verdicts_showing

VOID = {"meta", "link", "br", "input"}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """What a browser would find: nesting errors, ids, links, and everything that loads."""

    def __init__(self, html):
        super().__init__()
        self.open, self.errors, self.ids, self.links, self.loads = [], [], [], [], []
        self.tags, self.events = [], []
        self.feed(html)
        self.errors += [f"<{tag}> stays open" for tag in self.open]

    def handle_starttag(self, tag, attributes):
        self.handle_startendtag(tag, attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        for key, value in attributes:
            self.ids += [value] if key == "id" else []
            self.events += [key] if key.startswith("on") else []
            if key in {"src", "href", "xlink:href", "srcset", "action", "data", "poster"}:
                (self.links if tag == "a" else self.loads).append(value)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.errors.append(f"</{tag}> at {self.getpos()}")


@pytest.fixture(scope="module")
def html():
    return render(fixture.inputs())


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def article(html, claim):
    """Return the HTML of one claim's section."""
    return re.search(rf'<article[^>]* id="{claim}".*?</article>', html, re.DOTALL)[0]


def test_equal_inputs_give_equal_pages(html):
    assert render(fixture.inputs()) == html


def test_the_date_stands_in_the_stamp_alone(html):
    later = render(
        fixture.inputs(environment=fixture.environment() | {"created": "2026-12-01T00:00Z"})
    )
    assert later != html
    stamp = re.compile(r'<time id="stamp".*?</time>')
    assert len(stamp.findall(html)) == 1
    assert stamp.sub("", later) == stamp.sub("", html)


def test_every_claim_has_a_section_a_tile_and_a_place_in_the_contents(html, page):
    for verdict in verdicts():
        assert page.ids.count(verdict["id"]) == 1
        assert page.links.count(f"#{verdict['id']}") >= 3
        assert f"</span> {verdict['verdict']}</span>" in article(html, verdict["id"])


def test_a_claim_shows_rule_numbers_reason_and_the_command_that_rebuilds_it(html):
    section = article(html, "A06").replace("\u00a0", " ")
    record = next(v for v in verdicts() if v["id"] == "A06")
    for text in (
        "make report ARGS=results/verdicts/A06.json",
        "seeds 2000000 to 2000199",
        "document A,",
        "lower 95 % bound of <code>falling</code> &gt; 0.9",
        "falling.low &gt; 0.90 and within(replayed, 5e-5)",
        "3.1 × 10⁻⁵ [1.2 × 10⁻⁵, 7.9 × 10⁻⁵]",
        "@misc{initbench-A06,",
        record["quantities"]["falling"]["meaning"],
        record["reason"].split("): ")[1].rstrip("."),
    ):
        assert text in section, text


def test_the_page_is_well_formed_with_unique_ids_and_links_that_lead_somewhere(page):
    assert page.errors == []
    assert len(set(page.ids)) == len(page.ids)
    inner = {link[1:] for link in page.links if link.startswith("#")}
    assert inner <= set(page.ids)


def test_nothing_is_loaded_and_only_links_leave_the_page(html, page):
    assert all(load.startswith(("#", "data:")) for load in page.loads)
    assert page.tags.count("script") == 1
    assert not set(page.tags) & {"img", "iframe", "object", "embed", "video", "audio", "base"}
    styles = "".join(re.findall(r"<style.*?</style>", html, re.DOTALL))
    assert not re.search(r"url\(|@import", styles)
    assert "default-src 'none'" in html


def test_hostile_strings_stay_text():
    record = verdicts()[0] | {
        "statement": HOSTILE,
        "arms": HOSTILE,
        "reason": HOSTILE,
        "pitfalls": HOSTILE,
        "why": HOSTILE,
        "section": HOSTILE,
        "needs": [HOSTILE],
        "figures": [HOSTILE],
    }
    drawn = fixture.figure(HOSTILE, HOSTILE) | {"caption": HOSTILE, "alt": HOSTILE}
    origin = {"name": HOSTILE, "rule": HOSTILE, "tables": [HOSTILE], "sha256": {HOSTILE: HOSTILE}}
    sources = {
        "results": HOSTILE,
        "tables": [fixture.table(HOSTILE) | {"rule": HOSTILE, "sha256": HOSTILE}],
        "figures": [origin],
        "documents": [{"name": HOSTILE, "rule": HOSTILE, "sha256": HOSTILE}],
        "claims": [{"id": "A01", "verdict": HOSTILE, "tables": [HOSTILE]}],
    }
    grid = fixture.config_summary()
    for row in grid["experiments"] + grid["measurements"]:
        row |= dict.fromkeys(row.keys() - {"cells", "runs", "draws"}, HOSTILE)
    config = {"config_summary": grid, "provenance": sources, "purpose": HOSTILE}
    amendment = dict.fromkeys(fixture.amendments()[0], HOSTILE) | {"rows": [HOSTILE]}
    data = fixture.manifest(HOSTILE, 2) | {"normalisation": HOSTILE, "note": HOSTILE}
    tables = [fixture.accuracy() | {"title": HOSTILE, "caption": HOSTILE}]
    tables[0]["groups"] = [{"name": HOSTILE, "rows": [[HOSTILE, 1, HOSTILE, 0]]}]
    attacked = Page(
        render(
            fixture.inputs(
                verdicts=[record],
                figures=[drawn],
                tables=tables,
                documents=[fixture.DOCUMENTS[0] | {"title": HOSTILE, "source": HOSTILE}],
                environment=fixture.environment() | {"processor": HOSTILE, "commit": HOSTILE},
                manifests=[data],
                amendments=[amendment],
                **config,
            )
        )
    )
    assert attacked.tags.count("script") == 1
    assert "img" not in attacked.tags
    assert attacked.events == []
    assert attacked.errors == []


@pytest.mark.parametrize("missing", ["reason", "statement", "section"])
def test_a_missing_value_is_an_error_that_names_it(missing):
    records = verdicts()
    del records[3][missing]
    with pytest.raises(InitbenchError, match=missing):
        render(fixture.inputs(verdicts=records))


def test_claims_without_figures_or_numbers_render():
    records = [v for v in verdicts() if v["verdict"] == "not testable"]
    html = render(
        fixture.inputs(verdicts=records, figures=[], tables=[], costs=None, amendments=[])
    )
    assert "<figure" not in html
    assert "No rule of the ledger was changed." in html
    assert "No cost was recorded" in html
    assert Page(html).errors == []


def test_a_preview_says_on_every_claim_that_it_is_no_evidence(html):
    preview = render(fixture.inputs(purpose="preview"))
    assert "Preview: reduced grid, no evidence" in preview
    assert preview.count("preview, no evidence") == 85
    assert "no evidence</" not in html


def test_a_figure_is_drawn_once_and_linked_from_later_claims(html, page):
    assert page.ids.count("figure-tanh_chain_loss_curves") == 1
    assert 'id="figure-tanh_chain_loss_curves"' in article(html, "A04")
    for claim in ("A05", "D07"):
        assert 'href="#figure-tanh_chain_loss_curves"' in article(html, claim)
    assert "Further figures" in html
    assert page.ids.count("figure-overview") == 1


def test_a_figure_stands_with_the_document_that_shows_it_most():
    drawn = fixture.figure("mnist", "Digits")
    records = verdicts_showing("mnist", "A04", "D07", "D10")
    html = render(fixture.inputs(figures=[drawn], verdicts=records))
    assert 'id="figure-mnist"' in article(html, "D07")
    assert 'href="#figure-mnist"' in article(html, "A04")


def test_a_claim_tells_how_its_verdict_came_about():
    words = [(5, "inconclusive"), (10, "inconclusive"), (20, "reproduced"), (40, "reproduced")]
    points = [{"n": n, "verdict": word} for n, word in words]
    grown = {"A04": {"points": points, "state": "fragile"}, "A05": {"points": [], "state": "short"}}
    html = render(fixture.inputs(stability=grown)).replace("\u00a0", " ")
    told = "It was inconclusive from n = 5 on and reproduced from n = 20 on."
    assert told in article(html, "A04")
    assert "Fragile: " in article(html, "A04")
    assert html.count("from n = 5 on") == 1


def test_a_corrected_row_names_the_family_that_it_was_corrected_in():
    record = next(v for v in verdicts() if v["p_holm"] is not None)
    guest = {**record, "bed": "propagation", "holm_family": "tanh_chain"}
    page = render(fixture.inputs(verdicts=[guest]))
    assert "after Holm’s correction in the family “tiny tanh chain”" in page


def test_derived_rows_link_to_the_rows_that_they_follow(html):
    assert 'reproduced if <a href="#D33">D33</a> and <a href="#D35">D35</a> all are' in article(
        html, "D09"
    )


def test_the_counts_of_the_header_are_those_of_the_verdicts(html):
    words = [v["verdict"] for v in verdicts()]
    counts = dict(re.findall(r"</span> ([a-z ]+)</dt><dd>(\d+)</dd>", html))
    assert counts == {word: str(words.count(word)) for word in WORDS}


def test_the_page_is_small_and_a_large_one_is_refused(html):
    assert len(html.encode()) < LIMIT / 4
    huge = fixture.figure("huge", "Too many points")
    huge["svg"] = f'<svg xmlns="http://www.w3.org/2000/svg"><path d="{"M0 0" * 2_100_000}"/></svg>'
    with pytest.raises(InitbenchError, match="'huge'"):
        render(fixture.inputs(figures=[huge], verdicts=verdicts_showing("huge", "A01")))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"figures": ["absent"]}, "figure 'absent'"),
        ({"document": "Z"}, "document 'Z'"),
        ({"id": "A02"}, "A02 has two verdicts"),
        ({"verdict": "maybe"}, "Unknown verdict 'maybe'"),
    ],
)
def test_records_at_odds_are_refused(change, message):
    records = verdicts()
    records[0] |= change
    with pytest.raises(InitbenchError, match=message):
        render(fixture.inputs(verdicts=records))


def test_the_data_of_a_figure_come_back_from_their_link():
    short, long = "step,loss\n0,0.5\n", "step,loss\n" + "".join(f"{i},{i}\n" for i in range(20000))
    plain, packed = link("a.csv", short), link("a.csv", long)
    assert unquote(plain["href"].partition(",")[2]) == short
    assert gzip.decompress(base64.b64decode(packed["href"].partition(",")[2])).decode() == long
    assert [plain["name"], packed["name"]] == ["a.csv", "a.csv.gz"]


def test_citations_escape_tex_and_close_their_braces():
    environment, record = fixture.environment(), verdicts()[0]
    record["statement"] = "50 % of R&D_1 costs $5 {~^\\} #1"
    entries = [
        report_entry(environment, ["A", "D"]),
        document_entry(environment, fixture.DOCUMENTS[0]),
        claim_entry(environment, record),
    ]
    assert r"50 \% of R\&D\_1 costs \$5 \{" in entries[2]
    for entry in entries:
        bare = re.sub(r"\\[{}]", "", entry)
        assert bare.count("{") == bare.count("}")
    assert len({entry.split(",")[0] for entry in entries}) == 3
