"""The annotations that a parameter of a method or family may have, and the values of each.

They are read from the source, so that a bad value ends a run before its first job and before
torch is imported.
"""

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from initbench.errors import InitbenchError, unknown

Bias = Literal["zero", "default"]
Positive = float
AtLeastOne = float
Gain = float | Literal["activation"]


@dataclass(frozen=True)
class Kind:
    """The values that an annotation admits, and their name in an error message."""

    wanted: str
    admits: Callable[[object], bool]


def _number(wanted: str, condition: Callable[[float], bool]) -> Kind:
    def admits(value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return math.isfinite(value) and condition(value)

    return Kind(f"{wanted} (in YAML, 1.0e-3 and not 1e-3)", admits)


def _choice(*options: object) -> Kind:
    return Kind(" or ".join(map(repr, options)), lambda value: value in options)


def _either(first: Kind, second: Kind) -> Kind:
    wanted = f"{first.wanted} or {second.wanted}"
    return Kind(wanted, lambda value: first.admits(value) or second.admits(value))


def _list_of(item: Kind) -> Kind:
    def admits(value: object) -> bool:
        return isinstance(value, list) and bool(value) and all(map(item.admits, value))

    return Kind(f"a list, each item {item.wanted}", admits)


def _whole_numbers(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is int for item in value)


KINDS = {
    "int": Kind("a whole number of at least 1", lambda value: type(value) is int and value >= 1),
    "float": _number("a finite number", lambda value: True),
    "Positive": _number("a number above 0", lambda value: value > 0),
    "AtLeastOne": _number("a number of at least 1", lambda value: value >= 1),
    "Gain": _either(_number("a number above 0", lambda value: value > 0), _choice("activation")),
    "bool": Kind("true or false", lambda value: isinstance(value, bool)),
    "str": Kind("a text", lambda value: isinstance(value, str)),
    "list[int]": Kind("a list of whole numbers", _whole_numbers),
    "Bias": _choice("zero", "default"),
}


def kind(annotation: ast.expr) -> Kind:
    """Return what `annotation` admits: a key of `KINDS`, a `Literal`, a union, or a list of such.

    Raises InitbenchError for any other annotation.
    """
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _either(kind(left), kind(right))
        case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Tuple(elts=options)):
            return _choice(*map(ast.literal_eval, options))
        case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Constant(value=option)):
            return _choice(option)
        case ast.Subscript(value=ast.Name(id="Sequence"), slice=item):
            return _list_of(kind(item))
    text = ast.unparse(annotation)
    if text not in KINDS:
        raise unknown("annotation of a parameter", text, KINDS)
    return KINDS[text]


def check_value(owner: str, argument: ast.arg, value: object) -> None:
    """Raise InitbenchError unless the annotation of `owner`'s `argument` admits `value`."""
    allowed = kind(argument.annotation or ast.Constant(None))
    if not allowed.admits(value):
        raise InitbenchError(
            f"The {owner} got {argument.arg} = {value!r}, but expects {allowed.wanted}; "
            "correct the value."
        )


def check_keywords(owner: str, source: Path, function: str, given: Mapping[str, Any]) -> None:
    """Raise InitbenchError unless `given` fits what `function` of a source file takes by keyword.

    `owner` is the name of the function in the message; a keyword without default is required.
    """
    found = _arguments(source.read_text(encoding="utf-8"), function)
    arguments = {argument.arg: argument for argument in found.kwonlyargs}
    for name, value in given.items():
        if name not in arguments:
            raise unknown(f"parameter of {owner}", name, arguments)
        check_value(owner, arguments[name], value)
    for name, default in zip(arguments, found.kw_defaults, strict=True):
        if default is None and name not in given:
            raise InitbenchError(
                f"The {owner} needs the parameter '{name}'; add it to the entry in config.yaml."
            )


@cache
def _arguments(text: str, function: str) -> ast.arguments:
    """Return the arguments of `function` in the `text` of a source file."""
    tree = ast.parse(text)
    return next(n.args for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == function)
