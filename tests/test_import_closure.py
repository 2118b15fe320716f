"""What a file depends on is read from its imports, wherever they stand."""

from pathlib import Path

from initbench import import_closure


def test_a_closure_holds_what_is_imported_inside_functions_and_in_brackets(tmp_path: Path):
    file = tmp_path / "code.py"
    file.write_text(
        "from initbench.inits._common import (  # two names\n    fill_biases,\n    weights,\n)\n"
        "import initbench_of_others\nfrom initbench_of_others import seeds\n\n\n"
        "def later():\n    from initbench import seeds  # (only here)\n",
        encoding="utf-8",
    )
    names = {path.name for path in import_closure.closure(file)}
    assert {"code.py", "_common.py", "seeds.py"} <= names
