"""Figures inside the page: an SVG is checked, given unique ids, and named for screen readers."""

import re
from xml.etree import ElementTree

from markupsafe import Markup

from initbench.errors import InitbenchError
from initbench.report.prose import slug
from initbench.report.svg_size import slim

_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"}
_GROUPS = {"svg", "g", "defs", "use", "symbol", "clipPath", "mask", "marker", "pattern"}
_PAINTS = {"linearGradient", "radialGradient", "stop", "image", "style"}
_ELEMENTS = _SHAPES | _GROUPS | _PAINTS
_SILENT = frozenset({"metadata", "title", "desc"})
_FOREIGN = re.compile(r"url\(\s*+['\"]?+(?!#)|javascript:|@import|[\\<]", re.IGNORECASE)
_REFERENCE = re.compile(r"url\(\s*['\"]?#([^)'\"]+)['\"]?\s*\)")


def inline_svg(name: str, text: str, alt: str, code: str) -> Markup:
    """Return the SVG `text` of figure `name` ready to stand in a page, with `alt` as its label.

    Its ids and classes begin with `code`, and style sheets are confined to it, so that many figures
    share a page. Raises InitbenchError for a drawing that could run code or load anything.
    """
    root = _parse(name, text)
    _drop_silent(root)
    for element in root.iter():
        _check(name, element)
        _confine(slug(name), element)
    slim(root, code)
    root.attrib |= {"role": "img", "aria-label": alt, "id": f"{slug(name)}-drawing"}
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _parse(name: str, text: str) -> ElementTree.Element:
    if "<!ENTITY" in text:
        raise _refused(name, "an entity declaration")
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise _refused(name, f"broken XML ({error})") from error
    for element in root.iter():
        element.tag = _local(element.tag)
        element.attrib = {_local(key): value for key, value in element.attrib.items()}
    if root.tag != "svg":
        raise _refused(name, f"<{root.tag}> as its outermost element")
    return root


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _drop_silent(root: ElementTree.Element) -> None:
    # Titles would pop up as tooltips and metadata holds web addresses; the label replaces both.
    for parent in list(root.iter()):
        for child in [child for child in parent if child.tag in _SILENT]:
            parent.remove(child)


def _check(name: str, element: ElementTree.Element) -> None:
    if element.tag not in _ELEMENTS:
        raise _refused(name, f"<{element.tag}>")
    if element.tag == "style" and _FOREIGN.search(element.text or ""):
        raise _refused(name, "a style sheet that loads or runs something")
    for key, value in element.attrib.items():
        if key.lower().startswith("on"):
            raise _refused(name, f"the event attribute '{key}'")
        if key == "href" and not value.startswith(("#", "data:image/png;base64,")):
            raise _refused(name, f"a link to '{value}'")
        if _FOREIGN.search(value):
            raise _refused(name, f"the attribute {key}='{value}'")


def _confine(prefix: str, element: ElementTree.Element) -> None:
    if element.tag == "style":
        element.text = f"#{prefix}-drawing {{{element.text or ''}}}"
    for key, value in element.attrib.items():
        element.set(key, _REFERENCE.sub(r"url(#\1)", value))  # without quotes


def _refused(name: str, seen: str) -> InitbenchError:
    return InitbenchError(
        f"Figure '{name}' holds {seen}, which a report must not embed; draw it with plain shapes, "
        "text and links inside the drawing only."
    )
