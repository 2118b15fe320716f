"""Writing a drawing: an SVG that can be inlined many times, its CSV, words, PDF and PNG."""

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl

from initbench.figures.kit.registry import Drawing
from initbench.figures.kit.style import INK, THEME
from initbench.io import write_bytes, write_text

SVG = "http://www.w3.org/2000/svg"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_SEGMENT = re.compile(r"([MLQCz])([^MLQCz]*)")
_BLACK = re.compile(f"{INK}|#000000")
_LINK = re.compile(r"#([\w-]+)")
_FONT = re.compile(r"font-family: [^;]*;?\s*")
_IDLE_TURN = re.compile(r"rotate\(-?0 ")
_NO_PDF_METADATA = dict.fromkeys(["Creator", "Producer", "CreationDate"])
_NO_METADATA = dict.fromkeys(["Creator", "Date", "Format", "Type"])


def save(drawing: Drawing, svg_path: Path, csv_path: Path) -> None:
    """Write the SVG and the CSV that it plots; beside the SVG its PDF and a JSON of its texts."""
    words = {name: getattr(drawing, name) for name in ("title", "alt", "caption")}
    text = json.dumps(words, indent=2, ensure_ascii=False) + "\n"
    table = drawing.data.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    write_text(svg_path, svg(drawing))
    write_text(Path(svg_path).with_suffix(".json"), text)
    write_text(csv_path, table)
    write_bytes(Path(svg_path).with_suffix(".pdf"), pdf(drawing))


def pdf(drawing: Drawing) -> bytes:
    """Return the drawing as a PDF for papers, its letters as editable text, without a date."""
    buffer = io.BytesIO()
    with mpl.rc_context({**THEME, "pdf.fonttype": 42}):
        drawing.figure.savefig(buffer, format="pdf", metadata=_NO_PDF_METADATA)
    return buffer.getvalue()


def save_png(drawing: Drawing, path: Path, dpi: int = 192) -> None:
    """Write the drawing as a PNG on white, for places that show no inline SVG."""
    buffer = io.BytesIO()
    with mpl.rc_context(THEME):
        drawing.figure.savefig(buffer, dpi=dpi, facecolor="white", metadata={"Software": None})
    write_bytes(path, buffer.getvalue())


def svg(drawing: Drawing) -> str:
    """Return the drawing as one SVG element whose bytes depend on the drawing alone."""
    buffer = io.BytesIO()
    with mpl.rc_context(THEME):
        drawing.figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    root = ElementTree.fromstring(buffer.getvalue())
    # A style sheet inside would reach every other drawing of the page.
    for tag in ("metadata", "style"):
        _drop(root, tag)
    _keep_linked_ids(root, drawing.name)
    for element in root.iter():
        _tidy(element)
    _describe(root, drawing.alt)
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(root, encoding="unicode").rstrip() + "\n"


def _drop(root: ElementTree.Element, tag: str) -> None:
    for parent in list(root.iter()):
        for child in parent.findall(f"{{{SVG}}}{tag}"):
            parent.remove(child)


def _keep_linked_ids(root: ElementTree.Element, name: str) -> None:
    """Rename the ids that are linked after the figure, so that no page holds one twice."""
    links = (value for element in root.iter() for value in element.attrib.values())
    linked = {match for value in links for match in _LINK.findall(value)}
    ids = [found for element in root.iter() if (found := element.get("id")) in linked]
    new = {str(old): f"{name}-{place}" for place, old in enumerate(ids)}
    for element in root.iter():
        old = element.attrib.pop("id", "")
        for key, value in element.attrib.items():
            element.set(key, _LINK.sub(lambda match: "#" + new.get(match[1], match[1]), value))
        if old in new:
            element.set("id", new[old])


def _tidy(element: ElementTree.Element) -> None:
    """Let black and font follow the root, keep hundredths of a point, drop idle turns."""
    element.tail = "\n"
    element.text = (element.text or "").strip() or None
    if XLINK_HREF in element.attrib:
        element.set("href", element.attrib.pop(XLINK_HREF))
    for key, value in element.attrib.items():
        shorter = compact(value) if key == "d" else _rounded(value)
        element.set(key, _FONT.sub("", _BLACK.sub("currentColor", shorter)))
    if _IDLE_TURN.match(element.get("transform", "")):
        del element.attrib["transform"]


def _rounded(value: str) -> str:
    return _NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), value)


def compact(path: str) -> str:
    """Return absolute path data (M, L, Q, C, z) in relative form: shorter, the same to 0.01."""
    here, parts = [0.0, 0.0], []
    for command, body in _SEGMENT.findall(path):
        there = [round(float(number), 2) for number in body.split()]
        start = [0.0, 0.0] if command == "M" else here
        steps = [round(place - start[k % 2], 2) for k, place in enumerate(there)]
        parts.append(_segment(command, steps))
        here = there[-2:] or here
    return "".join(parts)


def _segment(command: str, steps: list[float]) -> str:
    if command == "L" and 0 in steps:
        return f"v{steps[1]:g}" if steps[0] == 0 else f"h{steps[0]:g}"
    numbers = " ".join(f"{step:g}" for step in steps).replace(" -", "-")
    return (command if command == "M" else command.lower()) + numbers


def _describe(root: ElementTree.Element, alt: str) -> None:
    """Make the root an image with a text, sized in pixels, in the page's colour and font."""
    _, _, width, height = (float(part) for part in root.attrib["viewBox"].split())
    about = {
        "width": f"{width * 96 / 72:.0f}",
        "height": f"{height * 96 / 72:.0f}",
        "role": "img",
        "aria-label": alt,
        "fill": "currentColor",
        "font-family": "sans-serif",
        "style": "stroke-linejoin: round; stroke-linecap: butt",
    }
    root.attrib.update(about)
