"""The figures that exist and what they need, read from their source files.

So the workflow knows its figures without importing matplotlib, which takes seconds.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from initbench.discovery import modules
from initbench.errors import InitbenchError
from initbench.import_closure import closures, parsed


@dataclass(frozen=True)
class Entry:
    """A figure's module in `figures`, its file, and the experiments, or the like, that it needs."""

    module: str
    file: Path
    needs: tuple[str, ...]


def catalogue() -> dict[str, Entry]:
    """Return every figure by name, in alphabetical order."""
    found = {}
    for module, file in modules("figures").items():
        for words in _decorations(file):
            needs = tuple(_literal(words["needs"], file))
            found[_literal(words["name"], file)] = Entry(module, file, needs)
    return dict(sorted(found.items()))


def source_files(entry: Entry) -> list[Path]:
    """Return the files that decide how a figure looks: its own, what it imports, and the saving."""
    return closures([entry.file, modules("figures")["kit.save"]])


def _decorations(file: Path) -> Iterator[dict[str, ast.expr]]:
    """Yield the arguments of each `@figure(...)` in `file`."""
    for node in parsed(file).body:
        for call in getattr(node, "decorator_list", []):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "figure":
                yield {str(word.arg): word.value for word in call.keywords}


def _literal(node: ast.expr, file: Path) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise InitbenchError(
            f"A figure in {file.name} has '{ast.unparse(node)}' as name or needs; write it out."
        ) from None
