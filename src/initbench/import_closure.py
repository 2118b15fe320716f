"""Which of the package's files a module depends on, read from its imports without running it."""

import ast
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path

from initbench.discovery import PACKAGE, shown
from initbench.errors import InitbenchError

NO_NUMBERS = {
    PACKAGE / name
    for name in (
        *("errors.py", "io.py", "values.py", "discovery.py", "import_closure.py"),
        *("datasets/_manifest.py", "datasets/_specification.py", "inits/_catalogue.py"),
        *("figures/kit/catalogue.py", "grid/yaml_files.py", "grid/yaml_schemas.py", "jobs/job.py"),
    )
}


def closures(paths: Iterable[Path]) -> list[Path]:
    """Return the files of the package that any of `paths` depends on, themselves included."""
    return sorted({file for path in paths for file in closure(path)})


@cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file; InitbenchError, with the line, if it is no Python."""
    with _refusing(path):
        return ast.parse(path.read_bytes(), str(path))


def check_syntax(path: Path) -> None:
    """Raise InitbenchError, with the line, if a file is no Python; quick if it was run before."""
    with _refusing(path):
        SourceFileLoader(path.stem, str(path)).get_code(path.stem)


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        words = getattr(error, "msg", None) or str(error) or type(error).__name__
        raise InitbenchError(
            f"{shown(path)}{line}: {words}; correct the Python there, or remove the file."
        ) from None


def function(path: Path, name: str) -> ast.FunctionDef:
    """Return the function `name` of a file; InitbenchError if there is none."""
    for node in parsed(path).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node
    raise InitbenchError(f"{shown(path)} has no function `{name}`; add one, or move the file away.")


@cache
def closure(path: Path) -> tuple[Path, ...]:
    """Return `path` and all files of the package that it imports, directly or not, sorted.

    Files that cannot change a number (error messages, writing, checks of settings) are left out.
    """
    found: set[Path] = set()
    ahead = [path]
    while ahead:
        file = ahead.pop()
        if file not in found:
            found.add(file)
            ahead += _imports(file)
    return tuple(sorted(found))


@cache
def _imports(path: Path) -> list[Path]:
    nodes = ast.walk(parsed(path))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    ours = [node for node in imports if (node.module or "").split(".")[0] == PACKAGE.name]
    files = {file for node in ours for file in _files(node)}
    return sorted(file for file in files if file not in NO_NUMBERS)


def _files(node: ast.ImportFrom) -> list[Path]:
    """Return the files behind `from module import names`, of submodules where names are such."""
    base = PACKAGE.parent / (node.module or "").replace(".", "/")
    if base.with_suffix(".py").exists():
        return [base.with_suffix(".py")]
    inner = [base / f"{alias.name}.py" for alias in node.names]
    inner += [base / alias.name / "__init__.py" for alias in node.names]
    there = [file for file in inner if file.exists()]
    return there if len(there) == len(node.names) else [base / "__init__.py", *there]
