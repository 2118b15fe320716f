"""The init methods that exist, read from their source files without importing torch."""

import ast
from collections.abc import Mapping
from functools import cache
from inspect import Parameter
from pathlib import Path

from initbench.discovery import module_file, modules
from initbench.errors import InitbenchError, unknown
from initbench.values import check_value


def names() -> list[str]:
    """Return the names of all methods, sorted."""
    return list(modules("inits"))


def source_file(name: str) -> Path:
    """Return the file of the method `name`; raises InitbenchError if there is none."""
    return module_file("inits", "init method", name)


def parameters(name: str) -> dict[str, object]:
    """Return the parameters of `name` with their defaults.

    A parameter without default, which must be given, has the value `inspect.Parameter.empty`.
    """
    arguments = _arguments(name)
    return {
        argument.arg: Parameter.empty if default is None else ast.literal_eval(default)
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    }


def card(name: str) -> dict[str, object]:
    """Return the fields of the method's `METHOD` as written in its file, but for its law."""
    fields = next(
        node.value.keywords
        for node in _tree(source_file(name)).body
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "METHOD"
        and isinstance(node.value, ast.Call)
    )
    return {str(item.arg): ast.literal_eval(item.value) for item in fields if item.arg != "law"}


def check(name: str, given: Mapping[str, object]) -> None:
    """Raise InitbenchError if `name` is no method, or if it cannot run with the `given` values."""
    expected = parameters(name)
    for parameter in given:
        if parameter not in expected:
            raise unknown(f"parameter of the init method '{name}'", parameter, expected)
    for parameter, default in expected.items():
        if default is Parameter.empty and parameter not in given:
            raise InitbenchError(
                f"The init method '{name}' has no value for its parameter '{parameter}', which "
                f"has no default; give one."
            )
    for argument in _arguments(name).kwonlyargs:
        if argument.arg in given:
            check_value(f"init method '{name}'", argument, given[argument.arg])


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _arguments(name: str) -> ast.arguments:
    return next(
        node.args
        for node in _tree(source_file(name)).body
        if isinstance(node, ast.FunctionDef) and node.name == "initialize"
    )
