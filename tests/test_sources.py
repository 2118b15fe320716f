"""Imports and figures are read from parts of source files: no less is found than in the whole."""

import ast
from pathlib import Path

import pytest

from initbench import figure_catalogue, sources

FILES = sorted(sources.PACKAGE.rglob("*.py"))


def imports(text: str) -> list[str]:
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    return sorted(ast.unparse(n) for n in nodes if (n.module or "").split(".")[0] == "initbench")


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(sources.PACKAGE)))
def test_every_import_from_the_package_is_found_without_parsing_the_whole_file(file: Path):
    text = file.read_text(encoding="utf-8")
    found = ast.parse("\n".join(sources.IMPORT.findall(text))).body
    assert sorted(map(ast.unparse, found)) == imports(text)


def test_every_figure_is_found_without_parsing_the_whole_file():
    wanted = 0
    for file in sorted(figure_catalogue.FOLDER.glob("*.py")):
        functions = ast.parse(file.read_text(encoding="utf-8")).body
        marks = [mark for node in functions for mark in getattr(node, "decorator_list", [])]
        wanted += sum(ast.unparse(mark).startswith("figure(") for mark in marks)
    assert len(figure_catalogue.catalogue()) == wanted > 50


def test_a_closure_holds_what_is_imported_inside_functions_and_in_brackets(tmp_path: Path):
    file = tmp_path / "code.py"
    file.write_text(
        "from initbench.inits.common import (  # two names\n    fill_biases,\n    weights,\n)\n"
        "import initbench_of_others\nfrom initbench_of_others import seeds\n\n\n"
        "def later():\n    from initbench import seeds  # (only here)\n",
        encoding="utf-8",
    )
    names = {path.name for path in sources.closure(file)}
    assert {"code.py", "common.py", "seeds.py"} <= names
