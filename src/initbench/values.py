"""The annotations that a parameter of a method or family may have, and the values of each.

They are read from the source, so that a bad value ends a run before its first job and before
torch is imported.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from initbench import import_closure
from initbench.errors import InitbenchError, unknown

Activation = str
Bias = Literal["zero", "default"]
Depth = int
Positive = float
AtLeastOne = float
Share = float
Gain = float | Literal["activation"]

SMALLEST, LARGEST = 1e-30, 1e30  # of what is computed in float32, squares not counted
DEEPEST = 1000  # layers, or the like, one behind the other
MOST = 100_000  # of anything else that is counted
ACTIVATIONS = Path(__file__).parent / "architectures" / "_activations.py"


@dataclass(frozen=True)
class Kind:
    """The values that an annotation admits, and their name in an error message."""

    wanted: str
    admits: Callable[[object], bool]


def _number(wanted: str, low: float, high: float = LARGEST) -> Kind:
    """Return the kind of numbers from `low` to `high`, which are finite: NaN is not among them."""

    def admits(value: object) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and low <= value <= high  # type: ignore[operator]

    return Kind(f"{wanted} (at most {high:g}; in YAML, 1.0e-3 and not 1e-3)", admits)


def _count(high: int) -> Kind:
    def admits(value: object) -> bool:
        return type(value) is int and 1 <= value <= high

    return Kind(f"a whole number of at least 1 and at most {high}", admits)


def _choice(*options: object) -> Kind:
    return Kind(" or ".join(map(repr, options)), lambda value: value in options)


def _either(first: Kind, second: Kind) -> Kind:
    wanted = f"{first.wanted} or {second.wanted}"
    return Kind(wanted, lambda value: first.admits(value) or second.admits(value))


def _list_of(item: Kind) -> Kind:
    def admits(value: object) -> bool:
        return isinstance(value, list) and bool(value) and all(map(item.admits, value))

    return Kind(f"a list, each item {item.wanted}", admits)


def _positions(value: object) -> bool:
    """Return whether `value` is a list of places counted from 0, none of them twice."""
    if not (isinstance(value, list) and value and all(type(item) is int for item in value)):
        return False
    return len(set(value)) == len(value) and min(value) >= 0 and max(value) < MOST


@cache
def _activations() -> list[str]:
    """Return the names of the activation functions, the keys of a table in their file."""
    for node in import_closure.parsed(ACTIVATIONS).body:
        match node:
            case ast.AnnAssign(target=ast.Name(id="ACTIVATIONS"), value=ast.Dict(keys=keys)):
                return [ast.literal_eval(key) for key in keys if key]
    raise InitbenchError(f"{ACTIVATIONS.name} has no table `ACTIVATIONS`; restore it.")


def _names_activation(value: object) -> bool:
    if isinstance(value, str) and value not in _activations():
        raise unknown("activation", value, _activations())
    return isinstance(value, str)


_POSITIVE = _number("a number above 0", SMALLEST)
KINDS = {
    "int": _count(MOST),
    "Depth": _count(DEEPEST),
    "float": _number("a finite number", -LARGEST),
    "Positive": _POSITIVE,
    "AtLeastOne": _number("a number of at least 1", 1),
    "Share": _number("a number of at least 0", 0, 0.999),
    "Gain": _either(_POSITIVE, _choice("activation")),
    "bool": Kind("true or false", lambda value: isinstance(value, bool)),
    "str": Kind("a text", lambda value: isinstance(value, str) and 0 < len(value) < MOST),
    "list[int]": Kind("a list of whole numbers of at least 0, none of them twice", _positions),
    "Activation": Kind("a text, the name of an activation", _names_activation),
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
            f"The {owner} got {argument.arg} = {value!r:.80}, but expects {allowed.wanted}; "
            "correct the value."
        )


def check_keywords(owner: str, source: Path, function: str, given: Mapping[str, Any]) -> None:
    """Raise InitbenchError unless `given` fits what `function` of a source file takes by keyword.

    `owner` is the name of the function in the message; a keyword without default is required.
    """
    found = import_closure.function(source, function).args
    arguments = {argument.arg: argument for argument in found.kwonlyargs}
    for name, value in given.items():
        if name not in arguments:
            raise unknown(f"parameter of {owner}", str(name), arguments)
        check_value(owner, arguments[name], value)
    for name, default in zip(arguments, found.kw_defaults, strict=True):
        if default is None and name not in given:
            raise InitbenchError(
                f"The {owner} needs the parameter '{name}'; add it to the entry in config.yaml."
            )
