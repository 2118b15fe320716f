"""The files that stand beside the page and inside it: verdicts, manifest, citations, tables."""

import base64
import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from initbench import claims
from initbench.grid import folders
from initbench.report import citations, exports, prose
from initbench.report.inputs import ReportInputs
from initbench.report.manifest import FIGURE_FILES

_TYPES = {".csv": "text/csv", ".tex": "text/x-tex", ".bib": "text/x-bibtex"}


def files(inputs: ReportInputs) -> dict[str, str]:
    """Return the text of each file of the bundle by its name."""
    return {
        "verdicts.json": claims.to_json(inputs.verdicts),
        "manifest.json": claims.to_json(inputs.provenance),
        "report.bib": bibliography(inputs),
    }


def bibliography(inputs: ReportInputs) -> str:
    """Return the BibTeX entries of the report, its documents, claims and methods, and of papers."""
    made, letters = inputs.environment, [d["document"] for d in inputs.documents]
    entries = [
        citations.report_entry(made, letters),
        *(citations.document_entry(made, document) for document in inputs.documents),
        *(citations.claim_entry(made, verdict) for verdict in inputs.verdicts),
        *(citations.method_entry(made, card) for card in inputs.cards),
        *sorted({citations.paper_entry(card) for card in inputs.cards}),
    ]
    return "\n\n".join(entries) + "\n"


def tables(inputs: ReportInputs) -> dict[str, str]:
    """Return each table of the page as CSV and as LaTeX, by the name of its file."""
    found: dict[str, str] = {}
    for table in inputs.tables:
        columns, rows = exports.accuracy(table)
        found |= _both(f"accuracy-{prose.slug(table['title'])}", columns, rows, table["caption"])
    for verdict in inputs.verdicts:
        columns, rows = exports.quantities(verdict)
        if rows:
            caption = f"Claim {verdict['id']}: {verdict['statement']} {verdict['verdict']}."
            found |= _both(verdict["id"], columns, rows, caption)
    for name, (columns, rows), caption in _measured_beside(inputs):
        if rows:
            found |= _both(name, columns, rows, caption)
    return found


def _measured_beside(inputs: ReportInputs) -> Iterator[tuple[str, exports.Table, str]]:
    """Yield name, content and caption of the tables that belong to no claim."""
    if inputs.controls:
        same, chance = exports.judged_controls, exports.null_p_values
        yield "controls", same(inputs.controls), "A against A, and a known failure."
        yield "null-p-values", chance(inputs.controls), "Comparisons without a difference."
        wrong = exports.false_positives(inputs.controls)
        yield "false-positives", wrong, "Wrong answers of the claims' tests."
        yield "coverage", exports.coverage(inputs.controls), "Coverage of the intervals."
        yield "two-rates", exports.two_rates(inputs.controls), "Readings at two learning rates."
    yield "stability", exports.growth(inputs.stability), "Verdicts on growing numbers of seeds."
    yield "signals", exports.signals(inputs.cards), "Signals at the start, by init."


def _both(name: str, columns: list[str], rows: list[list[object]], caption: str) -> dict[str, str]:
    return {
        f"{name}.csv": exports.as_csv(columns, rows),
        f"{name}.tex": exports.as_latex(columns, rows, caption),
    }


def write(folder: Path, inputs: ReportInputs, drawings: Path, page: str) -> None:
    """Write the bundle, the tables and the page into `folder`, and the figures from `drawings`."""
    texts = {f"tables/{name}": text for name, text in tables(inputs).items()}
    texts |= {**files(inputs), "report.html": page}
    names = [f"{figure['name']}.{ending}" for figure in inputs.figures for ending in FIGURE_FILES]
    contents = {f"figures/{name}": (drawings / name).read_bytes() for name in names}
    for name in ("tables", "figures"):  # which a small grid leaves empty
        (folder / name).mkdir(parents=True, exist_ok=True)
    folders.fill(folder, contents | {name: text.encode() for name, text in texts.items()})


def link(name: str, text: str) -> Mapping[str, str]:
    """Return the data address and the name of a file in the page, packed if that is shorter.

    A packed file is called .gz; the page's script unpacks it where the browser can.
    """
    ending = Path(name).suffix
    plain = f"data:{_TYPES.get(ending, 'text/plain')};charset=utf-8," + quote(text, safe=",;:/ ()")
    packed = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()
    packed = f"data:application/gzip;base64,{packed}"
    if len(plain) <= len(packed):
        return {"href": plain, "name": name, "ending": ending}
    return {"href": packed, "name": f"{name}.gz", "ending": f"{ending}.gz"}
