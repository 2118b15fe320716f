"""The verdict board: one tile a claim, by document, with a colour and a sign for its verdict."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from initbench.errors import unknown
from initbench.figures.kit.registry import Drawing, finish
from initbench.figures.kit.style import THEME, WIDTH, centred
from initbench.figures.kit.words import listing

CAPTION = "One tile a claim, in the order of the documents; colour and sign name the verdict."
ACROSS = 10
TILE = 0.42  # inches a row of tiles
LEGEND = 1.5  # rows of tiles that the legend takes
# Colour and sign of each verdict, as in the report; the signs alone tell the verdicts apart.
VERDICTS = {
    "reproduced": ("#0f7a60", "✓"),
    "partly reproduced": ("#94600a", "◐"),
    "not reproduced": ("#b5372a", "✗"),
    "inconclusive": ("#6a58a6", "?"),
    "not testable": ("#69717a", "–"),
}


def draw_board(verdicts: Sequence[Mapping[str, Any]], about: Mapping[str, str]) -> Drawing:
    """Draw one tile for each of `verdicts` (mappings with id, document and verdict).

    `about` says for each document in a few words what it is. Raises InitbenchError for a verdict
    word that does not exist.
    """
    columns = ["id", "document", "verdict"]
    frame = pd.DataFrame(
        [{name: row[name] for name in columns} for row in verdicts], columns=columns
    )
    frame = frame.sort_values(["document", "id"], ignore_index=True)
    for word in frame.verdict:
        if word not in VERDICTS:
            raise unknown("verdict", word, VERDICTS)
    words = (f"document {name}: {_counts(part)}" for name, part in frame.groupby("document"))
    alt = f"Verdicts by document. {listing(words)}."
    title = f"Verdicts on {len(frame)} claims"
    with mpl.rc_context(THEME):
        drawing = Drawing(_board(frame, about), frame, alt)
        return finish(drawing, name="verdict_board", title=title, caption=CAPTION)


def _counts(frame: pd.DataFrame) -> str:
    counts = frame.verdict.value_counts()
    return ", ".join(f"{counts[word]} {word}" for word in VERDICTS if word in counts)


def _board(frame: pd.DataFrame, about: Mapping[str, str]) -> Figure:
    parts = [(str(name), part) for name, part in frame.groupby("document")]
    rows = LEGEND + sum(1.3 + -(-len(part) // ACROSS) for _, part in parts)
    figure = Figure(figsize=(WIDTH, TILE * rows + 0.45), layout="constrained")
    axes = figure.add_subplot(xlim=(0, ACROSS), ylim=(rows, 0))
    axes.set_axis_off()
    _legend(axes, frame)
    top = LEGEND
    for name, part in parts:
        heading = f"Document {name}: {about[name]}"
        axes.text(0.04, top + 0.75, heading, va="baseline", fontweight="bold")
        _tiles(axes, part, top + 1)
        top += 1.3 + -(-len(part) // ACROSS)
    return figure


def _legend(axes: Axes, frame: pd.DataFrame) -> None:
    wide = ACROSS / len(VERDICTS)
    for place, (word, (_, sign)) in enumerate(VERDICTS.items()):
        text = f"{sign} {(frame.verdict == word).sum()}\n{word}"
        _tile(axes, place * wide, 0, word, text, size=(wide, LEGEND))


def _tiles(axes: Axes, frame: pd.DataFrame, top: float) -> None:
    for place, (name, word) in enumerate(zip(frame.id, frame.verdict, strict=True)):
        text = f"{name} {VERDICTS[word][1]}"
        _tile(axes, place % ACROSS, top + place // ACROSS, word, text)


def _tile(
    axes: Axes, left: float, top: float, word: str, text: str, size: tuple[float, float] = (1, 1)
) -> None:
    width, height = size
    corner, inner = (left + 0.08, top + 0.12), (width - 0.16, height - 0.24)
    shade = VERDICTS[word][0]
    axes.add_patch(FancyBboxPatch(corner, *inner, "round,pad=0.04", fc=shade, lw=0))
    centred(axes, (left + width / 2, top + height / 2), text, 10, "#ffffff")
