"""Which of the package's files a module depends on, read from its imports without running it."""

import ast
import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
NO_NUMBERS = {
    *("errors.py", "io.py", "values.py", "manifest.py", "specification.py"),
    *("catalogue.py", "figure_catalogue.py", "sources.py", "yaml_schemas.py"),
}
# An import from the package, its names on one line or in brackets: no need to parse the whole file.
IMPORT = re.compile(
    rf"^[ \t]*(from {PACKAGE.name}(?:\.[\w.]+)? import (?:\([^)]*\)|[^\n(]+))", re.MULTILINE
)


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
    statements = ast.parse("\n".join(IMPORT.findall(path.read_text(encoding="utf-8")))).body
    imports = [node for node in statements if isinstance(node, ast.ImportFrom)]
    files = {file for node in imports for file in _files(node)}
    return sorted(file for file in files if file.name not in NO_NUMBERS)


def _files(node: ast.ImportFrom) -> list[Path]:
    """Return the files behind `from module import names`, of submodules where names are such."""
    base = PACKAGE.parent / (node.module or "").replace(".", "/")
    if base.with_suffix(".py").exists():
        return [base.with_suffix(".py")]
    inner = [base / f"{alias.name}.py" for alias in node.names]
    inner += [base / alias.name / "__init__.py" for alias in node.names]
    there = [file for file in inner if file.exists()]
    return there if len(there) == len(node.names) else [base / "__init__.py", *there]
