"""Writing a drawing: an SVG that can be inlined many times, its CSV, its words, a PNG."""

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl

from initbench.figures.registry import Drawing
from initbench.figures.style import INK, THEME

SVG = "http://www.w3.org/2000/svg"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d{2,}")
_LINK = re.compile(r"#([\w-]+)")
_NO_METADATA = dict.fromkeys(["Creator", "Date", "Format", "Type"])


def save(drawing: Drawing, svg_path: Path, csv_path: Path) -> None:
    """Write the SVG, the CSV that it plots, and beside the SVG a JSON of title and texts."""
    words = {name: getattr(drawing, name) for name in ("title", "alt", "caption", "claims")}
    Path(svg_path).write_text(svg(drawing), encoding="utf-8")
    drawing.data.to_csv(csv_path, index=False, float_format="%.6g", lineterminator="\n")
    text = json.dumps(words, indent=2, ensure_ascii=False) + "\n"
    Path(svg_path).with_suffix(".json").write_text(text, encoding="utf-8")


def save_png(drawing: Drawing, path: Path, dpi: int = 192) -> None:
    """Write the drawing as a PNG on white, for places that show no inline SVG."""
    with mpl.rc_context(THEME):
        drawing.figure.savefig(path, dpi=dpi, facecolor="white", metadata={"Software": None})


def svg(drawing: Drawing) -> str:
    """Return the drawing as one SVG element whose bytes depend on the drawing alone."""
    buffer = io.BytesIO()
    with mpl.rc_context(THEME):
        drawing.figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    root = ElementTree.fromstring(buffer.getvalue())
    _drop(root, "metadata")
    _drop(root, "style")
    _keep_linked_ids(root, drawing.name)
    for element in root.iter():
        _tidy(element)
    _describe(root, drawing)
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _drop(root: ElementTree.Element, tag: str) -> None:
    """Remove every element of a kind: a style sheet would reach the page around the figure."""
    for parent in list(root.iter()):
        for child in parent.findall(f"{{{SVG}}}{tag}"):
            parent.remove(child)


def _keep_linked_ids(root: ElementTree.Element, name: str) -> None:
    """Give the ids that are linked to the figure's name, so that no page holds one twice."""
    links = [value for element in root.iter() for value in element.attrib.values()]
    linked = dict.fromkeys(match for value in links for match in _LINK.findall(value))
    ids = [element.get("id") for element in root.iter() if element.get("id") in linked]
    new = {old: f"{name}-{place}" for place, old in enumerate(ids) if old is not None}
    for element in root.iter():
        if element.get("id") not in new:
            element.attrib.pop("id", None)
        for key, value in element.attrib.items():
            element.set(key, new.get(value) or _LINK.sub(lambda m: _renamed(m, new), value))


def _renamed(match: re.Match[str], new: dict[str, str]) -> str:
    return "#" + new.get(match[1], match[1])


def _tidy(element: ElementTree.Element) -> None:
    """Let ink follow the page, shorten numbers to a hundredth of a point, drop idle turns."""
    element.text = element.text if (element.text or "").strip() else None
    element.tail = "\n"
    if XLINK_HREF in element.attrib:
        element.set("href", element.attrib.pop(XLINK_HREF))
    for key, value in element.attrib.items():
        element.set(
            key, _shorter(value.replace(INK, "currentColor").replace("black", "currentColor"))
        )
    if re.match(r"rotate\(-?0 ", element.get("transform", "")):
        del element.attrib["transform"]


def _shorter(value: str) -> str:
    rounded = _NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), value)
    return re.sub(r"\s*\n\s*", " ", rounded).strip()


def _describe(root: ElementTree.Element, drawing: Drawing) -> None:
    """Make the element an image with a text, in pixels of the page, with rounded joins."""
    _, _, width, height = (float(part) for part in root.attrib["viewBox"].split())
    root.set("width", f"{width * 96 / 72:.0f}")
    root.set("height", f"{height * 96 / 72:.0f}")
    root.set("role", "img")
    root.set("aria-label", drawing.alt)
    root.set("style", "stroke-linejoin: round; stroke-linecap: butt")
