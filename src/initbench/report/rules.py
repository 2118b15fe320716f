"""The conditions of a rule in words, and the thresholds that they name."""

import ast
import math
from collections.abc import Iterable

from markupsafe import Markup, escape

from initbench.claims.conditions import evaluate
from initbench.report.prose import number
from initbench.statistics import undefined

_BOUNDS = {
    "low": "lower 95\u00a0% bound of ",
    "high": "upper 95\u00a0% bound of ",
    "n": "number of runs behind ",
    "value": "",
}
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Eq: "=",
    ast.NotEq: "≠",
}
_ARITHMETIC: dict[type[ast.operator], str] = {
    ast.Add: " + ",
    ast.Sub: " − ",
    ast.Mult: " × ",
    ast.Div: " / ",
}
_OVER_KEYS = {"all": "everywhere: ", "any": "somewhere: "}
# So many parts or fewer stand in one line; more become a list.
_LINE = 2


def readable(condition: str) -> Markup:
    """Return a condition of the ledger in words, quantities set as code.

    `falling.low > 0.90` becomes 'lower 95 % bound of falling > 0.90'.
    """
    return _words(ast.parse(condition.strip(), mode="eval").body)


def thresholds(conditions: Iterable[str], quantities: Iterable[str]) -> dict[str, list[float]]:
    """Return, for each of `quantities`, the numbers that conditions compare it with, ascending."""
    levels: dict[str, set[float]] = {name: set() for name in quantities}
    unknown = dict.fromkeys(levels, undefined(0))
    for condition in conditions:
        for comparison in evaluate(condition, unknown).comparisons:
            if comparison.quantity and comparison.attribute != "n":
                mirrored = {-comparison.threshold} if comparison.attribute == "interval" else set()
                levels[comparison.quantity] |= {comparison.threshold} | mirrored
    return {name: sorted(filter(math.isfinite, found)) for name, found in levels.items()}


def _words(node: ast.expr) -> Markup:
    match node:
        case ast.Name(id=name):
            return Markup("<code>{}</code>").format(name)
        case ast.Attribute(value=inner, attr=attribute) if attribute in _BOUNDS:
            return Markup(_BOUNDS[attribute]) + _words(inner)
        case ast.BoolOp(op=op, values=values):
            return _joined(isinstance(op, ast.And), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Markup("not ") + _grouped(operand)
        case ast.Compare(left=left, ops=ops, comparators=rights):
            pairs = [_sign(op) + _words(right) for op, right in zip(ops, rights, strict=True)]
            return _words(left) + Markup().join(pairs)
        case ast.Call(func=ast.Name(id="within"), args=[inner, margin]):
            return Markup("90\u00a0% interval of {} inside ±{}").format(
                _words(inner), _words(margin)
            )
        case ast.Subscript(value=ast.Name(id=name), slice=keys):
            return Markup("<code>{}[{}]</code>").format(name, ast.unparse(keys).strip("'"))
        case ast.Call(func=ast.Name(id=name), args=[inner]) if name in _OVER_KEYS:
            return Markup(_OVER_KEYS[name]) + _grouped(inner)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            return _words(left) + Markup(_ARITHMETIC[type(op)]) + _grouped(right)
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as op, right=right):
            return _grouped(left) + Markup(_ARITHMETIC[type(op)]) + _grouped(right)
        case ast.Constant(value=int() | float() as level):
            return escape(number(level))
        case _:
            return escape(ast.unparse(node).replace("-", "−"))


def _joined(every: bool, values: list[ast.expr]) -> Markup:
    if len(values) <= _LINE:
        return Markup(" and " if every else " or ").join(map(_grouped, values))
    items = Markup().join(Markup("<li>{}</li>").format(_words(value)) for value in values)
    return Markup("{} of<ul>{}</ul>").format("all" if every else "at least one", items)


def _grouped(node: ast.expr) -> Markup:
    words = _words(node)
    return Markup("({})").format(words) if isinstance(node, ast.BoolOp | ast.BinOp) else words


def _sign(op: ast.cmpop) -> Markup:
    return Markup(" {}\u00a0").format(_SIGNS[type(op)])
