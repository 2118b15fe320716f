"""The annotations that a parameter of a method or family may have, and the values of each.

They are read from the source, so that a bad value ends a run before its first job and before
torch is imported.
"""

import ast
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from initbench.errors import InitbenchError, unknown

Bias = Literal["zero", "default"]
Positive = float
AtLeastOne = float


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


def _whole_numbers(value: object) -> bool:
    return isinstance(value, list) and all(type(item) is int for item in value)


KINDS = {
    "int": Kind("a whole number of at least 1", lambda value: type(value) is int and value >= 1),
    "float": _number("a finite number", lambda value: True),
    "Positive": _number("a number above 0", lambda value: value > 0),
    "AtLeastOne": _number("a number of at least 1", lambda value: value >= 1),
    "bool": Kind("true or false", lambda value: isinstance(value, bool)),
    "str": Kind("a text", lambda value: isinstance(value, str)),
    "list[int]": Kind("a list of whole numbers", _whole_numbers),
    "Sequence[int]": Kind("a list of whole numbers", _whole_numbers),
    "Bias": _choice("zero", "default"),
}


def kind(annotation: ast.expr) -> Kind:
    """Return what `annotation` admits: a key of `KINDS`, a `Literal`, or a union of them.

    Raises InitbenchError for any other annotation.
    """
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            first, second = kind(left), kind(right)
            wanted = f"{first.wanted} or {second.wanted}"
            return Kind(wanted, lambda value: first.admits(value) or second.admits(value))
        case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Tuple(elts=options)):
            return _choice(*map(ast.literal_eval, options))
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
