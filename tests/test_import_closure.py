"""What a file depends on is read from its imports, wherever they stand."""

import sys
from pathlib import Path

from initbench import import_closure
from initbench.claims.adjudicators.kit import catalogue
from initbench.claims.adjudicators.kit.registry import adjudicators


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


def test_the_files_behind_a_claim_hold_its_adjudicator():
    found = {claim: catalogue.source_files([claim]) for claim in adjudicators()}
    for claim, function in adjudicators().items():
        assert Path(str(sys.modules[function.__module__].__file__)) in found[claim], claim
    beds = {file.parent.name for file in found["D17"] if "adjudicators" in file.parts}
    assert beds == {"mnist", "kit"}
