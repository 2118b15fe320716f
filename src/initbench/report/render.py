"""Put the page together: the templates, the inputs, and the checks on the result."""

import base64
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from initbench import __version__
from initbench.checkout import UNKNOWN
from initbench.discovery import ROOT
from initbench.errors import InitbenchError
from initbench.report import bundle, citations, controls, prose, vocabulary
from initbench.report.cards import cards
from initbench.report.chapters import THEORY, bearing, chapters, figure_homes
from initbench.report.disagreements import disagreements
from initbench.report.findings import findings
from initbench.report.fragility import fragility
from initbench.report.guide import guide
from initbench.report.inputs import Record, ReportInputs
from initbench.report.origins import Origins, seeds
from initbench.report.svg import inline_svg

TEMPLATES = ROOT / "workflow" / "templates"
LIMIT = 8_000_000


def render(inputs: ReportInputs, templates: Path = TEMPLATES) -> str:
    """Return the report as one HTML page that loads nothing from anywhere.

    Equal inputs give equal bytes; the date stands in `<time id="stamp">` alone. Raises
    InitbenchError for a value that a template misses, an unsafe figure or a page above 8 MB.
    """
    environment = _environment(templates, {verdict["id"] for verdict in inputs.verdicts})
    try:
        page = environment.get_template("base.html.j2").render(_context(inputs, templates))
    except (jinja2.UndefinedError, KeyError) as error:
        raise InitbenchError(
            f"The report misses a value: {error}; add it to the file it comes from."
        ) from error
    if len(page.encode()) > LIMIT:
        raise InitbenchError(
            f"The report has {len(page.encode()):,} bytes, more than {LIMIT:,}; its largest figure "
            f"is '{_largest(inputs)}': draw fewer points in it."
        )
    return page


def _environment(templates: Path, claims: set[str]) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        *(prose.number, prose.cell, prose.duration, prose.enumeration, prose.plural),
        *(prose.rich, prose.sentence, prose.slug, prose.moment, seeds),
    )
    environment.filters |= {filter_.__name__: filter_ for filter_ in filters}
    environment.filters["linked"] = partial(prose.linked, claims=claims)
    return environment


def _context(inputs: ReportInputs, templates: Path) -> dict[str, Any]:
    script = (templates / "report.js").read_text(encoding="utf-8")
    homes = figure_homes(inputs)
    control_figures = [f for f in inputs.figures if f["name"].startswith("control_")]
    return {
        "inputs": inputs,
        "chapters": chapters(inputs),
        "disagreements": disagreements(inputs),
        "tally": vocabulary.tally(verdict["verdict"] for verdict in inputs.verdicts),
        "outcomes": vocabulary.OUTCOMES,
        "kinds": vocabulary.KINDS,
        "beds": inputs.config_summary["beds"],
        "bearing": lambda figure: bearing(figure, inputs),
        "theory": [f for f in inputs.figures if homes.get(f["name"]) == THEORY],
        "unclaimed": [
            f for f in inputs.figures if f["name"] not in homes and f not in control_figures
        ],
        "control_figures": control_figures,
        "controls": controls.controls(inputs),
        "steadiness": controls.steadiness(inputs),
        "by_state": controls.by_state(controls.steadiness(inputs)),
        "states": controls.STATES,
        "cards": cards(inputs),
        "guide": guide(inputs),
        "preview": inputs.purpose == "preview",
        "version": __version__,
        "commit": (inputs.environment["commit"] or UNKNOWN)[:10],
        "changes": prose.changes(inputs.environment),
        "estimate": prose.estimate,
        "drawing": _drawer(inputs),
        "link": bundle.link,
        "bundle": bundle.files(inputs),
        "exports": bundle.tables(inputs),
        "origins": Origins.of(inputs),
        "findings": findings(inputs),
        "fragility": lambda claim: fragility(inputs.stability.get(claim)),
        "citations": citations,
        "style": Markup((templates / "style.css").read_text(encoding="utf-8")),
        "script": Markup(script),
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }


def _drawer(inputs: ReportInputs) -> Callable[[Record], Markup]:
    codes = {figure["name"]: f"f{place}" for place, figure in enumerate(inputs.figures)}
    return lambda f: inline_svg(f["name"], f["svg"], f["alt"], codes[f["name"]])


def _largest(inputs: ReportInputs) -> str:
    def size(figure: Record) -> int:
        return len(figure["svg"]) + len(figure["csv"])

    return str(max(inputs.figures, key=size)["name"]) if inputs.figures else "none"
