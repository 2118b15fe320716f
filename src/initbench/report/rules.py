"""The conditions of a rule in words, and the thresholds that they name."""

import ast
import math
from collections.abc import Iterable

from markupsafe import Markup, escape

from initbench.claims.conditions import evaluate
from initbench.report.prose import enumeration, number
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
# All keys of a quantity, or some that the rule names.
_OVER_KEYS = {
    "all": ("in every case", "for each of "),
    "any": ("in at least one case", "for at least one of "),
}
# So many parts or fewer stand in one line; more become a list.
_LINE = 2


def readable(condition: str) -> Markup:
    """Return a condition of the ledger in words, quantities set as code.

    `falling.low > 0.90` becomes 'lower 95 % bound of falling > 0.90', and
    `any(gain[d3, d10].low > 0)` 'for at least one of d3 and d10: lower 95 % bound of gain > 0'.
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
        case ast.Subscript(value=ast.Name() as quantity) if _several(node):
            return _words(quantity)  # whose keys stand at the front
        case ast.Subscript(value=ast.Name(id=name), slice=key):
            return Markup("<code>{}[{}]</code>").format(name, _key(key))
        case ast.Call(func=ast.Name(id=name), args=[inner]) if name in _OVER_KEYS:
            return _cases(inner, *_OVER_KEYS[name]) + Markup(": ") + _words(inner)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            return _words(left) + Markup(_ARITHMETIC[type(op)]) + _grouped(right)
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as op, right=right):
            return _grouped(left) + Markup(_ARITHMETIC[type(op)]) + _grouped(right)
        case ast.Constant(value=int() | float() as level):
            return escape(number(level))
        case _:
            return escape(ast.unparse(node).replace("-", "−"))


def _several(node: ast.AST) -> list[str]:
    """Return the keys, or the pattern of keys, of `a[x, y]` or `a["*_x"]`; else nothing."""
    match node:
        case ast.Subscript(slice=ast.Tuple(elts=keys)):
            return [_key(key) for key in keys]
        case ast.Subscript(slice=ast.Constant(value=str() as pattern)) if "*" in pattern:
            return [pattern]
    return []


def _cases(condition: ast.expr, whole: str, some: str) -> Markup:
    """Return `whole`, or `some` with the keys where the condition names them."""
    keys = next(filter(None, map(_several, ast.walk(condition))), [])
    named = Markup(enumeration([Markup("<code>{}</code>").format(key) for key in keys]))
    return Markup(some) + named if named else Markup(whole)


def _key(node: ast.expr) -> str:
    return ast.unparse(node).strip("'")


def _joined(every: bool, values: list[ast.expr]) -> Markup:
    if len(values) <= _LINE:
        return Markup(" and " if every else " or ").join(map(_grouped, values))
    items = Markup().join(Markup("<li>{}</li>").format(_words(value)) for value in values)
    return Markup("{} of<ul>{}</ul>").format("all" if every else "at least one", items)


def _grouped(node: ast.expr) -> Markup:
    words = _words(node)
    over_keys = isinstance(node, ast.Call) and ast.unparse(node.func) in _OVER_KEYS
    compound = over_keys or isinstance(node, ast.BoolOp | ast.BinOp)
    return Markup("({})").format(words) if compound else words


def _sign(op: ast.cmpop) -> Markup:
    return Markup(" {}\u00a0").format(_SIGNS[type(op)])
