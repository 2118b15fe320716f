"""The registry of figures: what exists and what it needs; the rows of the ledger name them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from initbench.discovery import load, load_all
from initbench.errors import InitbenchError
from initbench.figures.kit.catalogue import catalogue
from initbench.figures.kit.style import THEME
from initbench.tables.read import Tables


@dataclass(frozen=True)
class Drawing:
    """A drawn figure, the table that it plots, and the words that go with it."""

    figure: Figure
    data: pd.DataFrame
    alt: str
    name: str = ""
    title: str = ""
    caption: str = ""


Draw = Callable[[Tables], Drawing]


@dataclass(frozen=True)
class FigureSpec:
    """What is known of a figure before it is drawn; `needs` names experiments or `replay`."""

    name: str
    needs: tuple[str, ...]
    title: str
    draw: Draw


_SPECS: dict[str, FigureSpec] = {}


def finish(drawing: Drawing, **words: Any) -> Drawing:
    """Return `drawing` with name, title and caption, title drawn and layout settled."""
    finished = replace(drawing, **words)
    heading = {"x": 0.012, "ha": "left", "fontsize": 12.5, "fontweight": "bold"}
    finished.figure.suptitle(finished.title, **heading)
    # The layout is an iteration that would move on a little each time the figure is saved.
    if engine := finished.figure.get_layout_engine():
        engine.execute(finished.figure)
    finished.figure.set_layout_engine("none")
    return finished


def figure(*, name: str, needs: Sequence[str], title: str, caption: str) -> Callable[[Draw], Draw]:
    """Register a drawing function under `name`; raise InitbenchError when the name is taken."""

    def register(function: Draw) -> Draw:
        def draw(tables: Tables) -> Drawing:
            words = {"name": name, "title": title, "caption": caption}
            with mpl.rc_context(THEME):
                return finish(function(tables), **words)

        if name in _SPECS:
            raise InitbenchError(f"Two figures are called '{name}'; rename one of them.")
        _SPECS[name] = FigureSpec(name, tuple(needs), title, draw)
        return draw

    return register


def registry() -> dict[str, FigureSpec]:
    """Return every figure by name, in alphabetical order; no torch is imported, nothing drawn."""
    load_all("figures")
    return dict(sorted(_SPECS.items()))


def find(name: str) -> FigureSpec:
    """Return the figure of this name; of all the figures' files only its own is imported."""
    load("figures", catalogue()[name].module)
    return _SPECS[name]
