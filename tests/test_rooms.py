"""The rooms of the package: what is found in them, and that imports run in one direction."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from initbench import import_closure
from initbench.discovery import PACKAGE, modules


@pytest.mark.parametrize("folder", ["", "figures", "claims/adjudicators"])
def test_rooms_import_each_other_in_one_direction(folder: str):
    root = PACKAGE / folder
    rooms: dict[str, set[str]] = {}
    for file in root.rglob("*.py"):
        room = _room(file, root)
        for other in import_closure._imports(file):
            if other.is_relative_to(root) and _room(other, root) != room:
                rooms.setdefault(room, set()).add(_room(other, root))
    assert len(rooms) > 5
    TopologicalSorter(rooms).prepare()  # raises CycleError


def _room(file: Path, root: Path) -> str:
    return file.relative_to(root).parts[0].removesuffix(".py")


def test_what_judges_knows_nothing_of_what_is_shown_or_trained():
    above = {
        "figures": {"report", "cards", "jobs", "tools"},
        "statistics": {"claims", "tables", "figures"},
        "claims": {"figures", "report", "training"},
        "training": {"grid", "probes", "claims", "figures"},
    }
    for room, never in above.items():
        files = import_closure.closures((PACKAGE / room).rglob("*.py"))
        assert not never & {_room(file, PACKAGE) for file in files}, room


def test_a_helper_is_no_member_of_its_folder():
    assert "he_normal" in modules("inits")
    assert not [name for name in modules("inits") if name.startswith("_")]
    assert {"depth.maps", "kit.style"} <= set(modules("figures"))


def test_figures_and_adjudicators_are_in_folders_of_the_same_beds():
    figures, measured = (
        {name.split(".")[0] for name in modules(folder)}
        for folder in ("figures", "claims/adjudicators")
    )
    assert figures - measured == {"pipeline", "theory"}
    assert measured - figures == {"checks"}  # which have no figures


def test_the_folders_of_figures_import_nothing():
    for file in (PACKAGE / "figures").rglob("__init__.py"):
        assert len(ast.parse(file.read_bytes()).body) == 1, file
