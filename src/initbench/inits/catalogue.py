"""The init methods that exist, read from their source files without importing torch."""

import ast
import os
from collections.abc import Mapping
from functools import cache
from inspect import Parameter
from pathlib import Path

from initbench.errors import InitbenchError, unknown
from initbench.sources import closure
from initbench.values import check_value

FOLDER = Path(__file__).resolve().parent
FOLDERS = "INITBENCH_METHODS"  # names the folders of the user's own methods to the jobs
NOT_METHODS = {"__init__", "branches", "catalogue", "common", "gains", "method"}


def look_in(folder: str | None) -> None:
    """Find methods in `folder` too, here and in child processes; InitbenchError if it is none."""
    if folder is None:
        return
    if not Path(folder).is_dir():
        raise InitbenchError(
            f"`methods` of config.yaml is '{folder}', which is no folder; name the folder that "
            "holds your methods, each a .py and a .smk file."
        )
    own = [*map(str, _folders()[1:]), str(Path(folder).resolve())]
    os.environ[FOLDERS] = "\n".join(dict.fromkeys(own))


def _folders() -> list[Path]:
    """Return the folders that hold methods, the package's own first."""
    return [FOLDER, *map(Path, os.environ.get(FOLDERS, "").splitlines())]


def names() -> list[str]:
    """Return the names of all methods: the stems of their files, sorted.

    Among other files of the user's, a method is known by the rule file beside it.
    """
    found = {path.stem for path in FOLDER.glob("*.py")}
    for folder in _folders()[1:]:
        rules = folder.glob("*.smk")
        found |= {rule.stem for rule in rules if rule.with_suffix(".py").is_file()}
    return sorted(found - NOT_METHODS)


def source_file(name: str) -> Path:
    """Return the file of the method `name`; InitbenchError unless there is one and no other."""
    files = [folder / f"{name}.py" for folder in _folders() if (folder / f"{name}.py").is_file()]
    if name in NOT_METHODS or not files:
        raise unknown("init method", name, names())
    if len(files) > 1:
        raise InitbenchError(
            f"The init method '{name}' is both in '{files[0]}' and in '{files[1]}'; rename yours."
        )
    return files[0]


def source_files(name: str) -> list[Path]:
    """Return the files that decide the draws of `name`: its own and those of ours it imports."""
    return list(closure(source_file(name)))


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
