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


def texts() -> set[str]:
    """Return every text in the adjudicators, the experiments that they read among them.

    So a need is known to be meant though a smaller grid lacks it.
    """
    return {text for file in modules("claims/adjudicators").values() for text in _texts(file)}


@cache
def _texts(file: Path) -> frozenset[str]:
    """Return the texts of a file, among which are the claims that it measures."""
    values = [node.value for node in ast.walk(parsed(file)) if isinstance(node, ast.Constant)]
    return frozenset(value for value in values if isinstance(value, str))
