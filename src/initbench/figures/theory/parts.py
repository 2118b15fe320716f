"""What the figures that lay theory over measurements share: deviations, drawn and in words."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from numpy.typing import NDArray

from initbench.figures.kit.frames import pick
from initbench.figures.kit.over_depth import measured
from initbench.figures.kit.style import INK, MISSING, lines
from initbench.figures.kit.words import Say, number
from initbench.tables.read import Tables

DOTTED: dict[str, Any] = {"color": INK, "ls": (0, (1, 1.2)), "lw": 1.5, "zorder": 3.1}


def widest(
    tables: Tables, probe: str, **wanted: str | Sequence[str] | Sequence[int]
) -> pd.DataFrame:
    """Return the wanted rows of `probe` for its widest nets, none when the grid lacks them."""
    frame = measured(tables, probe, **wanted)
    return pick(frame, width=int(frame.width.max())) if len(frame) else frame


def width_of(frame: pd.DataFrame) -> str:
    """Return the width of the nets of `frame` in words."""
    return f"width {int(frame.width.max())}" if len(frame) else f"width {MISSING}"


def relative(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with the column deviation = |value/theory − 1|."""
    return frame.assign(deviation=(frame.value / frame.theory - 1).abs())


def absolute(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with the column deviation = |value − theory|."""
    return frame.assign(deviation=(frame.value - frame.theory).abs())


def percentage(value: float) -> str:
    """Return a ratio as a percentage of three digits."""
    return f"{number(100 * value)} %"


def points(value: float) -> str:
    """Return a difference of shares in percentage points."""
    return f"{number(100 * value)} points"


def worst(frame: pd.DataFrame, place: Callable[[Any], str], say: Say = percentage) -> str:
    """Return the largest deviation of `frame` with the place of its row."""
    row = frame.sort_values("deviation", kind="stable").iloc[-1]
    return f"{say(row.deviation)} ({place(row)})"


def largest(frame: pd.DataFrame, place: Callable[[Any], str], say: Say = percentage) -> str:
    """Return a phrase on the largest deviation of `frame`, or that there is none."""
    return f"largest deviation {worst(frame, place, say)}" if len(frame) else MISSING


def head(axes: Axes, name: str, *deviations: str) -> None:
    """Write the name of a panel above it, and the largest deviations, one a line."""
    said = ["largest deviation" + "s" * (len(deviations) > 1), *deviations] if deviations else []
    axes.set_title("\n".join([name, *said]), fontsize=9, linespacing=1.35)


def key_of(panels: NDArray[Any]) -> list[Artist]:
    """Return the lines of all panels for the key, dotted ones last."""
    return sorted(lines(panels), key=lambda line: line.get_zorder() == DOTTED["zorder"])


def theory_line(axes: Axes, x: Sequence[float] | pd.Series, y: Any, text: str) -> None:
    """Draw a curve of theory as a dotted line over what was measured; `text` is for the key."""
    axes.plot(np.asarray(x), np.asarray(y), label=text, **DOTTED)
