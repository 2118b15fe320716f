"""Planning: lean imports, names that are worked out once, and dry runs that can be measured."""

import subprocess
import sys
from collections import Counter

import pytest

from initbench.discovery import modules
from initbench.errors import InitbenchError
from initbench.figures.kit import catalogue
from initbench.figures.kit.registry import registry
from initbench.grid import config as grid
from initbench.grid import fingerprint
from initbench.grid.cells import Meanings
from initbench.tools import planning_scale
from workflow_grid import ROOT, tiny

HEAVY = ("torch", "pandas", "scipy", "statsmodels", "sklearn", "matplotlib", "seaborn", "pyarrow")
PLANNING = """
import sys
from pathlib import Path
sys.path[:0] = ["src", "tests"]
from initbench import datasets
from initbench.costs import estimate, progress
from initbench.figures.kit import catalogue
from initbench.grid import cells, config
from initbench.jobs import warm_worker
from initbench.claims import ledger
from workflow_grid import ROOT, tiny
config.validate(tiny(), ROOT)
ledger.load(ROOT / "workflow" / "claims")
catalogue.catalogue()
print(*sorted(set(sys.argv[1:]) & set(sys.modules)))
"""


def test_planning_imports_nothing_that_takes_seconds():
    done = subprocess.run(
        [sys.executable, "-c", PLANNING, *HEAVY], cwd=ROOT, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_the_catalogue_of_figures_is_that_of_the_registry():
    listed = catalogue.catalogue()
    registered = registry()
    assert {name: entry.needs for name, entry in listed.items()} == {
        name: spec.needs for name, spec in registered.items()
    }
    assert list(listed) == list(registered)


def test_a_figure_depends_on_what_it_imports_and_not_on_other_figures():
    entry = catalogue.catalogue()["replay_curves"]
    files = catalogue.source_files(entry)
    drawn = {name for name, file in modules("figures").items() if file in files}
    assert {"tanh_chain.replay", "kit.style", "kit.registry", "kit.save"} <= drawn
    assert "matrices.paths" not in drawn


def test_needs_that_are_not_written_out_are_refused(tmp_path, monkeypatch):
    file = tmp_path / "kicks.py"
    text = '@figure(name="a", needs=KICKS)\ndef draw(tables):\n    pass\n'
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(catalogue, "modules", lambda folder: {"mnist.kicks": file})
    with pytest.raises(InitbenchError, match=r"kicks\.py has 'KICKS' .*; write it out"):
        catalogue.catalogue()


def test_the_meaning_of_a_cell_is_worked_out_once_and_right(monkeypatch):
    config, times = tiny(), Counter()
    known = Meanings(config)
    wanted = fingerprint.fingerprint
    monkeypatch.setattr(
        fingerprint, "fingerprint", lambda spec, files: times.update("x") or wanted(spec, files)
    )
    cells = list(grid.cells(config))
    found = [known.of(cell) for cell in cells]
    assert times["x"] == len({cell.init for cell in cells}) < len(cells)
    for cell, meaning in zip(cells, found, strict=True):
        spec = grid.cell_spec(config, cell)
        assert meaning.spec == spec
        assert meaning.fingerprint == wanted(spec, fingerprint.cell_sources(spec))


def test_a_made_up_grid_is_sound_and_has_its_size():
    config = planning_scale.made_up(300)
    grid.validate(config, ROOT)
    assert len(list(grid.cells(config))) == 300
    assert len({cell.folder for cell in grid.cells(config)}) == 300


@pytest.mark.workflow
def test_a_dry_run_is_measured_and_told(tmp_path):
    point = planning_scale.dry_run(100)
    assert point.cells == 100
    assert point.processor_seconds > 0
    # No upper bound: a child's peak is at least what its parent, here pytest, held when it forked.
    assert point.max_rss_mb > 30
    assert f"| 100 | {point.seconds:.1f} |" in planning_scale.page([point])
    planning_scale.draw(
        [point, planning_scale.Point(1000, 3.0, 2.0, 200.0)], tmp_path / "scale.svg"
    )
    assert 'role="img"' in (tmp_path / "scale.svg").read_text(encoding="utf-8")
