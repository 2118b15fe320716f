"""Drawings in fewer bytes: no empty groups, no invisible shapes, styles as classes, short ids."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count
from xml.etree import ElementTree

_PLAIN = re.compile(r"[\w\s:;.,#%()-]+")  # a style without braces cannot leave its rule
_LINK = re.compile(r"#([^)'\"]+)")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def slim(root: ElementTree.Element, code: str) -> None:
    """Make a drawing smaller without changing what it shows; its names begin with `code`.

    Styles that occur more than once become classes of one style sheet at its start, which holds in
    a file of its own too.
    """
    for element in root.iter():
        element.text = (element.text or "").strip("\n") or None
        element.tail = (element.tail or "").strip("\n") or None
        _drop_invisible(element)
    _unwrap(root)
    _shorten_ids(root, code)
    _share_styles(root, code)


def _drop_invisible(parent: ElementTree.Element) -> None:
    for child in list(parent):
        if child.tag == "path" and child.get("style") == "fill: none" and not child.get("id"):
            parent.remove(child)


def _unwrap(parent: ElementTree.Element) -> None:
    """Put the children of groups without attributes in the place of their group, at any depth."""
    children: list[ElementTree.Element] = []
    for child in parent:
        _unwrap(child)
        children += list(child) if child.tag == "g" and not child.attrib else [child]
    parent[:] = children


def _shorten_ids(root: ElementTree.Element, code: str) -> None:
    ids = [name for element in root.iter() if (name := element.get("id"))]
    new = {old: f"{code}-{place}" for place, old in enumerate(ids)}
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, new[value])
            elif key == "href" or "url(" in value:
                element.set(key, _LINK.sub(lambda match: "#" + new.get(match[1], match[1]), value))


def _share_styles(root: ElementTree.Element, code: str) -> None:
    styled = [e for e in root.iter() if e is not root and _PLAIN.fullmatch(e.get("style", ""))]
    often = Counter(element.get("style", "") for element in styled).most_common()
    classes = dict(zip((s for s, times in often if times > 1), _names(code), strict=False))
    for element in styled:
        if name := classes.get(element.get("style", "")):
            del element.attrib["style"]
            element.set("class", name)
    if classes:
        root.insert(0, _sheet(classes))


def _names(code: str) -> Iterator[str]:
    yield from (f"{code}{letter}" for letter in _LETTERS)
    yield from (f"{code}z{number}" for number in count())


def _sheet(classes: Mapping[str, str]) -> ElementTree.Element:
    sheet = ElementTree.Element("style")
    sheet.text = "".join(f".{name}{{{_tight(style)}}}" for style, name in classes.items())
    return sheet


def _tight(style: str) -> str:
    return re.sub(r"\s*([:;,])\s*", r"\1", style).strip("; ")
