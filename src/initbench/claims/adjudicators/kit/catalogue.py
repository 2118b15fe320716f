"""Which files measure which claims, read from the adjudicators without importing them."""

import ast
from collections.abc import Collection
from functools import cache
from pathlib import Path

from initbench.discovery import modules
from initbench.import_closure import closures, parsed


def source_files(claims: Collection[str]) -> list[Path]:
    """Return the files that decide how `claims` are measured: adjudicators and their imports."""
    files = modules("claims/adjudicators").values()
    return closures(file for file in files if not _texts(file).isdisjoint(claims))


def texts() -> set[object]:
    """Return every constant of the adjudicators, the experiments that they read among them.

    So a need is known to be meant though a smaller grid lacks it.
    """
    return {text for file in modules("claims/adjudicators").values() for text in _texts(file)}


@cache
def _texts(file: Path) -> frozenset[object]:
    """Return the constants of a file, among which are the claims that it measures."""
    nodes = ast.walk(parsed(file))
    return frozenset(node.value for node in nodes if isinstance(node, ast.Constant))
