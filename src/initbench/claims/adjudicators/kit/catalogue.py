"""Which files measure which claims, read from the adjudicators without importing them."""

import ast
from collections.abc import Collection
from functools import cache
from pathlib import Path

from initbench.discovery import modules
from initbench.import_closure import closures


def source_files(claims: Collection[str]) -> list[Path]:
    """Return the files that decide how `claims` are measured: adjudicators and their imports."""
    files = modules("claims/adjudicators").values()
    return closures(file for file in files if not _texts(file).isdisjoint(claims))


@cache
def _texts(file: Path) -> frozenset[object]:
    """Return the constants of a file, among which are the claims that it measures."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant))
