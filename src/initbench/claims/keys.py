"""Quantities with keys: what is measured at several widths, depths or nets, and rules over them.

`accuracy` with the keys relu_d3 and tanh_d30 is two estimates, accuracy[relu_d3] and
accuracy[tanh_d30]. A rule names one of them, or says all(…) or any(…) over several.
"""

import ast
import copy
from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TypeVar

from initbench.errors import InitbenchError, unknown

T = TypeVar("T")
_JOINS: dict[str, type[ast.boolop]] = {"all": ast.And, "any": ast.Or}


def keyed(name: str, key: object) -> str:
    """Return the name of the estimate of a quantity at a key, such as accuracy[relu_d3]."""
    return f"{name}[{key}]"


def flat(found: Mapping[str, T | Mapping[str, T]]) -> dict[str, T]:
    """Return what an adjudicator measured with one entry an estimate: {a: {k: x}} is {a[k]: x}."""
    named: dict[str, T] = {}
    for name, value in found.items():
        if isinstance(value, Mapping):
            named |= {keyed(name, key): inner for key, inner in value.items()}
        else:
            named[name] = value
    return named


def expanded(condition: ast.expr, names: Collection[str]) -> ast.expr:
    """Return `condition` with all(…) and any(…) written out over their keys, and a[k] as one name.

    `names` are those of all estimates. In all(…) and any(…) a quantity stands for all of its keys,
    a["*_d30"] for those of the pattern, a[x, y] for these two; several must have the same keys.
    Raises InitbenchError where they do not, or where no quantity with keys is there.
    """
    node: ast.expr = _Expansion(names).visit(copy.deepcopy(condition))
    return node


def chosen(node: ast.AST, names: Collection[str]) -> list[str] | None:
    """Return the keys that a quantity inside all(…) or any(…) stands for; None for one estimate."""
    match node:
        case ast.Name(id=name):
            return _keys_of(name, names) or None
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=elements)):
            return [_known(name, _text(element), names) for element in elements]
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str() as pattern)):
            found = [key for key in _keys_of(name, names) if fnmatchcase(key, pattern)]
            return (found or [_known(name, pattern, names)]) if "*" in pattern else None
    return None


def _named(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the names and subscripts in `node`, but not the names inside subscripts."""
    if isinstance(node, ast.Name | ast.Subscript):
        yield node
    else:
        for child in ast.iter_child_nodes(node):
            yield from _named(child)


def _keys_of(name: str, names: Iterable[str]) -> list[str]:
    start = f"{name}["
    return [one.removeprefix(start)[:-1] for one in names if one.startswith(start)]


def _known(name: str, key: str, names: Collection[str]) -> str:
    if keyed(name, key) not in names:
        raise unknown(f"key of '{name}'", key, _keys_of(name, names))
    return key


def _text(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=str() | int() | float() as value):
            return str(value)
    raise InitbenchError(
        f"'{ast.unparse(node)}' is no key of a quantity; name a key of the ledger."
    )


class _Expansion(ast.NodeTransformer):
    """Writes out all(…) and any(…), and makes one name of each quantity with its key."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def visit_Call(self, node: ast.Call) -> ast.AST:
        match node:
            case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in _JOINS:
                parts = [self.visit(_At(key, self.names).visit(copy.deepcopy(inner)))
                         for key in self.shared(node, inner)]  # fmt: skip
                return ast.BoolOp(_JOINS[name](), parts)
        return self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if not isinstance(node.value, ast.Name) or isinstance(node.slice, ast.Tuple):
            return node  # which the language refuses
        return ast.Name(keyed(node.value.id, _text(node.slice)), ast.Load())

    def shared(self, call: ast.Call, inner: ast.expr) -> list[str]:
        found = [keys for node in _named(inner) if (keys := chosen(node, self.names))]
        if not found or any(set(keys) != set(found[0]) for keys in found):
            seen = ast.unparse(call)
            what = "quantities with different keys" if found else "no quantity with keys"
            raise InitbenchError(f"'{seen}' has {what}; all(…) and any(…) need the same keys.")
        return found[0]


class _At(ast.NodeTransformer):
    """Puts one key in the place of those that all(…) or any(…) walks through."""

    def __init__(self, key: str, names: Collection[str]) -> None:
        self.key, self.names = key, names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.at(node, node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return self.at(node, node.value)

    def at(self, node: ast.expr, quantity: ast.expr) -> ast.AST:
        if not chosen(node, self.names):
            return node
        return ast.Subscript(quantity, ast.Constant(self.key), ast.Load())
