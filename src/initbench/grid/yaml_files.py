"""Every YAML file of the project is read here; what PyYAML takes in silence is refused."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from initbench.errors import InitbenchError

Mark = Any  # PyYAML's two parsers have a class each
DEEPEST = 50
MOST_VALUES = 1_000_000  # with each alias counted where it stands
SAFE_NESTING = 10_000  # of the parser, which is recursive
PLAIN = "tag:yaml.org,2002:"
# How a value that YAML 1.1 takes for other than text must look, so that it is what was meant.
MEANT = {
    f"{PLAIN}int": re.compile(r"[-+]?(0|[1-9][0-9]{0,40})"),
    f"{PLAIN}float": re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+][0-9]+)?"),
    f"{PLAIN}bool": re.compile(r"true|false", re.IGNORECASE),
}
POWER = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+")  # which YAML 1.1 takes for text


def read(path: Path) -> Any:
    """Return the content of a YAML file, dates as text.

    Raises InitbenchError, one sentence with line and column, for a file that is not UTF-8 or no
    YAML, for a key that comes twice or is no text, and for values that are not what they look like.
    """
    loader = yaml.CSafeLoader(_text(path))
    try:
        node = loader.get_single_node()
        if node is None:
            raise InitbenchError(f"{path} is empty; write its content, or restore it.")
        _Check(path).measure(node, 1)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        raise _unreadable(path, error) from None
    finally:
        loader.dispose()


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the content of a YAML file that holds names with values, as read by `read`."""
    content = read(path)
    if not isinstance(content, dict):
        kind = "a list" if isinstance(content, list) else f"the one value {content!r:.60}"
        raise InitbenchError(f"{path} holds {kind}; write `key: value` lines.")
    return content


def first_fault(files: Iterable[Path]) -> InitbenchError | None:
    """Return what is wrong with the first of `files` that is no sound mapping, or None."""
    try:
        for path in files:
            read_mapping(path)
    except InitbenchError as error:
        return error
    return None


def line_and_column(path: Path, keys: Sequence[str | int]) -> str | None:
    """Return where in a sound YAML file the value lies that `keys` lead to, or None."""
    node: Any = yaml.compose(_text(path), Loader=yaml.CSafeLoader)
    place = node
    for key in keys:
        entry = next(_entries(node, key), None)
        if entry is None:
            return None
        place, node = entry
    return _at(place.start_mark)


def _entries(node: Node, key: str | int) -> Iterator[tuple[Node, Node]]:
    """Yield the entries of `key`, own ones before merged ones: what to point at, and the value."""
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.value):
        yield node.value[key], node.value[key]
    elif isinstance(node, MappingNode):
        yield from ((name, value) for name, value in node.value if name.value == key)
        for name, value in node.value:
            if name.tag == f"{PLAIN}merge":
                for source in value.value if isinstance(value, SequenceNode) else [value]:
                    yield from _entries(source, key)


def _text(path: Path) -> str:
    """Return the text of a file that a YAML parser can take."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = "is a folder" if path.is_dir() else f"cannot be read ({error.strerror})"
        raise InitbenchError(f"{path} {reason}; put a YAML file in its place.") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _place(content[: error.start].decode("utf-8", "replace"))
        raise InitbenchError(
            f"{path}, {place}: the byte 0x{content[error.start]:02x} is no UTF-8; "
            "save the file in the encoding UTF-8."
        ) from None
    if strange := yaml.reader.Reader.NON_PRINTABLE.search(text):
        raise InitbenchError(
            f"{path}, {_place(text[: strange.start()])}: the character {strange[0]!r} cannot "
            "stand in a YAML file; remove it."
        )
    _check_nesting(path, text)
    return text


def _place(before: str) -> str:
    """Return line and column of what follows the text `before`."""
    return f"line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}"


def _check_nesting(path: Path, text: str) -> None:
    """Refuse what might be nested so deeply that it ends the parser, and Python with it."""
    brackets = text.count("[") + text.count("{")
    if brackets + max(map(len, text.splitlines()), default=0) < SAFE_NESTING:
        return
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise _too_deep(path, event.start_mark)
    except yaml.MarkedYAMLError as error:
        raise _unreadable(path, error) from None


class _Check:
    """A walk over the parsed file that refuses what would be misread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.open: set[int] = set()
        self.known: dict[int, tuple[int, int]] = {}

    def measure(self, node: Node, depth: int) -> tuple[int, int]:
        """Return the number of values at and below `node`, and their levels."""
        if isinstance(node, ScalarNode):
            self.check_scalar(node)
            return 1, 1
        if id(node) not in self.known:
            if id(node) in self.open:
                raise self.refused(node, "this value holds itself; write it out without the alias")
            if depth > DEEPEST:
                raise _too_deep(self.path, node.start_mark)
            self.open.add(id(node))
            below = [self.measure(child, depth + 1) for child in self.children(node)]
            self.open.remove(id(node))
            size = 1 + sum(size for size, _ in below)
            self.known[id(node)] = size, 1 + max((levels for _, levels in below), default=0)
        size, levels = self.known[id(node)]
        if levels > DEEPEST:
            raise _too_deep(self.path, node.start_mark)
        if size > MOST_VALUES:
            words = f"aliases make more than {MOST_VALUES} values of this; use fewer of them"
            raise self.refused(node, words)
        return size, levels

    def children(self, node: Node) -> list[Node]:
        """Return the values in `node`, once its own keys are sound."""
        if isinstance(node, MappingNode):
            self.check_keys(node)
            return [value for _, value in node.value]
        return list(node.value)

    def check_keys(self, node: MappingNode) -> None:
        first: dict[str, Node] = {}
        for key, _ in node.value:
            if key.tag not in (f"{PLAIN}str", f"{PLAIN}merge") or not key.value:
                shown = f"`{key.value}`" if isinstance(key, ScalarNode) else "a list or mapping"
                raise self.refused(key, f"{shown} as a key is no text; put a name in quotes")
            if key.value in first:
                line = first[key.value].start_mark.line + 1
                words = f"here is the key '{key.value}' twice, first in line {line}; keep one"
                raise self.refused(key, words)
            self.check_scalar(key)
            first[key.value] = key

    def check_scalar(self, node: Node) -> None:
        if not isinstance(node, ScalarNode) or node.style in ("'", '"', "|", ">"):
            return
        if node.tag == f"{PLAIN}timestamp":
            self.construct(node)
            node.tag = f"{PLAIN}str"
        elif node.tag == f"{PLAIN}str" and POWER.fullmatch(node.value):
            words = "is a text in YAML 1.1; write a number like 1.0e-3, or quote what is a name"
            raise self.refused(node, f"`{node.value}` {words}")
        elif node.tag in MEANT and not MEANT[node.tag].fullmatch(node.value):
            words = f"`{node.value:.60}` is read as {str(self.construct(node)).lower():.60}"
            advice = "write a finite number in decimal digits, true or false, or quote a name"
            raise self.refused(node, f"{words}; {advice}")

    def construct(self, node: Node) -> Any:
        """Return the value that YAML makes of a scalar."""
        try:
            return yaml.constructor.SafeConstructor().construct_document(node)
        except ValueError as error:
            reason = str(error).split(";")[0]
            words = f"`{node.value[:60]}` has no value ({reason}); correct it, or put it in quotes"
            raise self.refused(node, words) from None

    def refused(self, node: Node, words: str) -> InitbenchError:
        """Return the error of a node."""
        return InitbenchError(f"{self.path}, {_at(node.start_mark)}: {' '.join(words.split())}.")


def _too_deep(path: Path, mark: Mark) -> InitbenchError:
    return InitbenchError(
        f"{path}, {_at(mark)}: values are nested in more than {DEEPEST} levels; nest them less."
    )


def _unreadable(path: Path, error: yaml.MarkedYAMLError) -> InitbenchError:
    """Return PyYAML's error as one sentence."""
    start: Mark = error.context_mark
    mark: Mark = error.problem_mark or start
    context = f"{error.context}, " if error.context else ""
    if error.context and start and start.line != mark.line:
        context = f"{error.context} that begins in line {start.line + 1}, "
    words = " ".join(f"{context}{error.problem}".split())
    return InitbenchError(f"Cannot read {path}, {_at(mark)}: {words}; correct the YAML there.")


def _at(mark: Mark) -> str:
    """Return a mark as line and column, from 1."""
    return f"line {mark.line + 1}, column {mark.column + 1}"
