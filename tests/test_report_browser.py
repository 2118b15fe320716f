"""The page in a browser: quiet, offline, narrow and wide, by keyboard, in the dark, on paper."""

import json
import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

import report_fixture as fixture
from initbench.report import render
from report_verdicts import WORDS, verdicts
from test_report import Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
SIZES = [(1280, 900), (360, 740)]

# Locally the browser is optional; in continuous integration its absence is a failure.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM and "CI" not in os.environ, reason="no Chromium found"),
]


@pytest.fixture(scope="module")
def browser():
    assert CHROMIUM, "no Chromium found: install it or name it in the variable CHROMIUM"
    options = ["--no-sandbox", "--disable-background-networking"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return publish(tmp_path_factory, fixture.inputs())


@pytest.fixture(scope="module")
def excerpt(tmp_path_factory):
    """The address of a page with claims of every verdict, a preview, which axe reads faster."""
    ids = {"A01", "A04", "A05", "A06", "A08", "A09", "D04", "D07", "D09", "D33", "D35"}
    kept = [verdict for verdict in verdicts() if verdict["id"] in ids]
    assert {verdict["verdict"] for verdict in kept} == set(WORDS)
    case = {"when": {"A01": list(WORDS)}, "lead": "One.", "text": "{A01.falling:percent}."}
    entries = [{"about": "one", "cases": [case]}]
    inputs = fixture.inputs(verdicts=kept, purpose="preview", findings=entries)
    return publish(tmp_path_factory, inputs)


def publish(folders, inputs):
    """Return the address of the rendered page."""
    path = folders.mktemp("report") / "report.html"
    path.write_text(render(inputs), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def visit(browser, address):
    """Return a function that opens the page; at the end the page must have been quiet."""
    requests, complaints, pages = [], [], []

    def answer(route):
        if route.request.is_navigation_request() and route.request.url.startswith("file:"):
            route.continue_()
        else:
            requests.append(route.request.url)
            route.abort()

    def opened(size=SIZES[0], address=address, **options):
        width, height = size
        page = browser.new_page(viewport={"width": width, "height": height}, **options)
        pages.append(page)
        page.route("**/*", answer)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(address)
        return page

    yield opened
    for page in pages:
        page.close()
    assert complaints == []
    assert requests == []


def shown(page):
    """Return the number of tiles that the board shows."""
    return page.locator("#tiles li:visible").count()


def test_the_page_never_scrolls_sideways(visit):
    page = visit()
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    for width in (320, 360, 640, 800, 1055, 1060, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_browser_mends_nothing_in_the_markup(visit):
    page = visit(java_script_enabled=False)
    found = page.evaluate("[...document.querySelectorAll('*')].map(e => e.localName.toLowerCase())")
    assert found == Page(render(fixture.inputs())).tags


def test_the_board_is_filtered_by_keyboard(visit):
    page = visit()
    records = verdicts()
    assert shown(page) == len(records)
    page.locator("[data-verdict='not-reproduced'].chip").focus()
    page.keyboard.press("Space")
    refuted = [record for record in records if record["verdict"] == "not reproduced"]
    assert shown(page) == len(refuted)
    page.locator("[data-document='D'].chip").focus()
    page.keyboard.press("Enter")
    refuted = [record for record in refuted if record["document"] == "D"]
    assert shown(page) == len(refuted)
    page.keyboard.press("Tab")
    page.keyboard.type("weights ZERO")
    words = [r for r in refuted if {"weights", "zero"} <= set(r["statement"].lower().split())]
    assert shown(page) == len(words) < len(refuted)
    assert page.locator("#shown").inner_text() == f"{len(words)} of {len(records)} shown"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function(
        f"document.querySelectorAll('#tiles li:not([hidden])').length === {len(records)}"
    )
    assert page.locator(".chip[aria-pressed='true']").count() == 0


def test_a_slash_goes_to_the_search_and_escape_clears_it(visit):
    page = visit()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("D17/")
    assert page.locator("#search").input_value() == "D17/"
    page.keyboard.press("Backspace")
    assert shown(page) == 1
    assert page.locator("#tiles .group:visible").count() == 1
    page.keyboard.press("Escape")
    page.wait_for_function("document.querySelectorAll('#tiles li:not([hidden])').length > 1")
    assert page.locator("#search").input_value() == ""


def test_a_small_tile_shows_its_statement_when_it_has_the_focus(visit):
    page = visit()
    tile, gist = (page.locator(f"#tiles a[href='#A10']{part}") for part in ("", " .gist"))
    assert gist.bounding_box()["height"] < 2
    page.keyboard.press("Tab")
    tile.focus()
    below = gist.bounding_box()["y"] - tile.bounding_box()["y"]
    assert gist.bounding_box()["height"] > 20
    assert 20 < below < 40
    page.get_by_role("button", name="Show the statements").click()
    assert page.locator("#tiles a[href='#A12'] .gist").bounding_box()["height"] > 15


@pytest.mark.parametrize("size", SIZES)
def test_what_is_clicked_on_the_board_is_large_enough(visit, size):
    page = visit(size)
    heights = page.evaluate(
        "[...document.querySelectorAll('.tile, .chip')].map(e => e.getBoundingClientRect().height)"
    )
    assert min(heights) >= 24


def test_the_verdicts_unpack_when_they_download(visit, tmp_path):
    page = visit()
    with page.expect_download() as download:
        page.locator("#provenance").get_by_text("verdicts.json").click()
    assert download.value.suggested_filename == "verdicts.json"
    download.value.save_as(tmp_path / "verdicts.json")
    assert json.loads((tmp_path / "verdicts.json").read_text(encoding="utf-8")) == verdicts()


def test_a_link_to_a_table_opens_the_fold_that_holds_it(visit):
    page = visit()
    fold = page.locator("#A05 details.origin")
    fold.locator("summary").click()
    fold.get_by_role("link").first.click()
    page.wait_for_selector("#table-tiny_sgd-curves", state="visible")


def test_the_first_tab_stop_skips_to_the_verdicts(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_tile_leads_to_its_claim(visit):
    page = visit()
    page.locator("#tiles a[href='#D17']").click()
    assert page.url.endswith("#D17")
    assert 0 <= page.locator("#D17").bounding_box()["y"] < 60
    page.wait_for_selector("#contents a[href='#D17'][aria-current]")


def test_the_theme_follows_the_system_until_the_button_is_pressed(visit):
    page = visit(color_scheme="dark")
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(colour)
    page.emulate_media(color_scheme="light")
    light = page.evaluate(colour)
    assert dark != light
    page.get_by_role("button", name="Dark theme").click()
    assert page.evaluate(colour) == dark
    page.reload()
    assert page.evaluate(colour) == dark
    page.get_by_role("button", name="Light theme").click()
    assert page.evaluate(colour) == light


def test_drawings_take_the_colour_of_the_page(visit):
    page = visit(color_scheme="dark")
    ink, text = page.evaluate(
        "[document.documentElement, document.querySelector('.plot svg')]"
        ".map(element => getComputedStyle(element).color)"
    )
    assert ink == text


def test_contents_are_folded_on_a_phone_and_open_on_a_desk(visit):
    assert not visit(SIZES[1]).evaluate("document.getElementById('contents').open")
    assert visit(SIZES[0]).evaluate("document.getElementById('contents').open")


def test_containers_that_scroll_and_only_those_are_tab_stops(visit):
    page = visit(SIZES[1])
    page.wait_for_selector(".plot[tabindex='0']")
    boxes = page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(box => box.checkVisibility())"
        ".map(box => [box.scrollWidth > box.clientWidth, box.tabIndex === 0])"
    )
    assert boxes
    assert all(scrolls == stops for scrolls, stops in boxes)


def test_a_figure_downloads_as_svg_and_its_data_as_csv(visit, tmp_path):
    page = visit()
    for name, start in (("Drawing (.svg)", "<svg"), ("Data (.csv)", "step,loss")):
        with page.expect_download() as download:
            page.locator("#figure-tanh_chain_loss_curves").get_by_text(name).click()
        download.value.save_as(tmp_path / "file")
        assert (tmp_path / "file").read_text(encoding="utf-8").startswith(start)


def test_everything_is_there_without_scripts(visit):
    page = visit(java_script_enabled=False)
    assert shown(page) == len(verdicts())
    assert page.locator(".script:visible").count() == 0
    assert page.locator("#contents a[href='#methods']").is_visible()


def test_paper_gets_open_folds_and_no_controls(visit):
    page = visit(color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("main details:not([open])").count() == 0
    assert page.locator("nav:visible, button:visible, form:visible").count() == 0
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert paper == "rgb(255, 255, 255)"


@pytest.mark.parametrize("wordy", [False, True])
@pytest.mark.parametrize(("size", "theme"), [(SIZES[0], "light"), (SIZES[1], "dark")])
def test_no_accessibility_rule_of_axe_is_violated(visit, excerpt, size, theme, wordy):
    page = visit(size, excerpt, color_scheme=theme)
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    if wordy:
        page.get_by_role("button", name="Show the statements").click()
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
