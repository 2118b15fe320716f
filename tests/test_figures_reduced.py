"""Figures of a grid that was run in part or not at all: they draw, and say what is missing."""

import re
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

from figure_tables import build
from initbench.figures.kit import style
from initbench.figures.kit.registry import registry
from initbench.figures.kit.save import svg
from initbench.tables.read import Tables

NAMES = sorted(registry())


class Reduced(Tables):
    """Synthetic tables without those of the experiments in `without`."""

    def __init__(self, folder: Path, without: tuple[str, ...] = ()) -> None:
        super().__init__(folder)
        self.without = without

    def _load(self, name: str) -> pd.DataFrame:
        if name.split("/")[0] in self.without:
            raise FileNotFoundError(name)
        return super()._load(name)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_grid_gives_an_empty_figure_that_says_so(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Words and data are there before the layout, which is most of the time that drawing takes.
    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", lambda self, figure: None)
    drawing = registry()[name].draw(Tables(tmp_path))
    assert style.MISSING in "".join(text.get_text() for text in drawing.figure.findobj(Text))
    assert drawing.data.empty
    assert not re.search(r"\bnan\b", drawing.alt)


def test_an_empty_figure_can_be_saved(tmp_path: Path) -> None:
    assert style.MISSING in svg(registry()["matrix_norm"].draw(Tables(tmp_path)))


@pytest.mark.parametrize("name", NAMES)
def test_one_seed_and_missing_arms_are_enough(name: str, few: Tables) -> None:
    drawing = registry()[name].draw(few)
    assert not re.search(r"\bnan\b", drawing.alt)
    assert drawing.figure.axes


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """Tables of one seed, of the inits default and zeros, without two experiments."""
    folder = build(tmp_path_factory.mktemp("few"), seeds=1, every=500)
    for path in folder.glob("*/*.parquet"):
        frame = pd.read_parquet(path)
        if "init" in frame:
            frame[frame["init"].isin(["default", "zeros"])].to_parquet(path)
    return Reduced(folder, without=("tiny_adam", "mnist_kick_1e-3", "replay_panels"))
