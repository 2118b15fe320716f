"""Document A: the literal replay of seed 42, beside the numbers that the document prints."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import final, load, pick, thin
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import (
    INK,
    below,
    canvas,
    colour,
    empty,
    key,
    label,
    look,
    percent,
    proxy,
    reference,
)
from initbench.figures.kit.words import listing, number, share
from initbench.tables.read import Tables

# The replayed run and the init whose colour it wears.
RUNS = {"default": "default", "xavier_seed_2": "xavier", "orthogonal": "orthogonal"}
PRINTED_RUNS = ("default", "orthogonal")
TOLERANCE = 5e-5  # half a unit of the last printed digit


@dataclass(frozen=True)
class Landmark:
    """One number that the document prints or that its figures show."""

    run: str
    column: str
    step: int
    value: float


LANDMARKS = (
    Landmark("default", "test_loss", 0, 0.783),
    Landmark("default", "test_loss", 1000, 0.6935),
    Landmark("default", "test_accuracy", 0, 0.48),
    Landmark("default", "test_accuracy", 1000, 0.48),
    Landmark("orthogonal", "test_loss", 0, 0.80),
    Landmark("orthogonal", "test_loss", 1000, 0.0147),
    Landmark("orthogonal", "test_accuracy", 0, 0.335),
    Landmark("orthogonal", "test_accuracy", 200, 0.93),
    Landmark("orthogonal", "test_accuracy", 700, 1.0),
)


@figure(
    name="replay_curves",
    needs=["replay"],
    title="Literal replay of seed 42: test loss and test accuracy",
    caption=(
        "One run each (n = 1), with the document's own seeds, so there is no interval. Rings "
        "mark what the document prints or shows."
    ),
)
def draw_curves(tables: Tables) -> Drawing:
    """Draw the replayed curves with the landmarks of the document's own figures."""
    frame = thin(load(tables.replay_curves), "step", 201)
    drawing, panels = canvas(1, 2, 3.7)
    for axes, column in zip(panels.flat, ("test_loss", "test_accuracy"), strict=True):
        _draw_runs(axes, frame, column)
        _draw_landmarks(axes, column)
    loss, accuracy = panels.flat
    loss.set(ylabel="test loss (cross-entropy, nats)", ylim=(0, None))
    accuracy.set(ylabel="test accuracy", ylim=(0.28, 1.03))
    percent(accuracy.yaxis)
    below(panels, "step")
    key(drawing, [*loss.get_lines(), proxy("value in the document", "none")], columns=2)
    words = listing(
        f"{label(row.run)} {share(row.test_accuracy)}, loss {number(row.test_loss)}"
        for _, row in final(frame).iterrows()
    )
    return Drawing(drawing, frame, f"Test accuracy and loss after the last step: {words}.")


def _draw_runs(axes: Axes, frame: pd.DataFrame, column: str) -> None:
    for place, (run, init) in enumerate(RUNS.items()):
        part, drawn = frame[frame.run == run], look(init)
        text = f"{label(run)} (n = 1)" if len(part) else "_"
        style: dict[str, Any] = {"color": drawn.colour, "ls": drawn.dash, "marker": drawn.marker}
        spread = (15 + 8 * place, 40)
        axes.plot(part.step, part[column], markevery=spread, label=text, **style)
    if frame.empty:
        empty(axes)


def _draw_landmarks(axes: Axes, column: str) -> None:
    ring: dict[str, Any] = {"ls": "none", "marker": "o", "fillstyle": "none", "clip_on": False}
    for mark in LANDMARKS:
        if mark.column == column:
            axes.plot(mark.step, mark.value, color=colour(mark.run), ms=10, mew=1.6, **ring)


@figure(
    name="replay_spectra",
    needs=["replay"],
    title="Literal replay: singular values against the printed ones",
    caption=(
        "Above: the values that the document prints (rings), those of the replay after training "
        "(crosses) and those that the same nets had at init (bars). Below: the difference "
        "after training, larger values round and smaller ones square; between the dashed lines "
        "all four printed digits agree."
    ),
)
def draw_spectra(tables: Tables) -> Drawing:
    """Draw replayed and printed singular values, and below them the differences at the end."""
    frame = _long(pick(load(tables.replay_spectra), run=PRINTED_RUNS))
    drawing, panels = canvas(2, 2, 5.4, sharex=True, sharey="row", height_ratios=[2, 1])
    for column, run in zip(panels.T, PRINTED_RUNS, strict=True):
        part = frame[frame.run == run]
        _draw_values(column[0], part, run)
        _draw_differences(column[1], part[part.moment == "end"], run)
        column[0].set_title(f"{run} (n = 1)")
        column[1].set(xlabel="layer", xticks=range(8), xticklabels=list("12345678"))
    panels[0, 0].set_ylabel("singular value")
    panels[1, 0].set_ylabel("replayed − printed,\nunits of 10⁻⁵")
    entries = {"printed": ("none", "o"), "after training": ("full", "x"), "at init": ("full", "_")}
    key(drawing, [proxy(text, *style) for text, style in entries.items()])
    return Drawing(drawing, frame, _words(frame))


def _long(spectra: pd.DataFrame) -> pd.DataFrame:
    """Return one row a run, moment, layer and rank with the replayed and the printed value."""
    parts = [
        spectra[["run", "moment", "layer"]].assign(
            rank=rank, replayed=spectra[f"s{rank}"], printed=spectra[f"printed_s{rank}"]
        )
        for rank in (1, 2)
    ]
    frame = pd.concat(parts, ignore_index=True)
    return frame.assign(difference=frame.replayed - frame.printed)


def _draw_values(axes: Axes, frame: pd.DataFrame, run: str) -> None:
    start, end = (frame[frame.moment == moment] for moment in ("init", "end"))
    shared: dict[str, Any] = {"ls": "none", "color": colour(run)}
    axes.plot(start.layer, start.replayed, marker="_", markersize=11, **shared | {"color": INK})
    axes.plot(end.layer, end.printed, marker="o", markersize=9.5, fillstyle="none", **shared)
    axes.plot(end.layer, end.replayed, marker="x", **shared)
    if frame.empty:
        empty(axes)


def _draw_differences(axes: Axes, frame: pd.DataFrame, run: str) -> None:
    for rank, marker in ((1, "o"), (2, "s")):
        part = frame[frame["rank"] == rank]
        axes.plot(part.layer, part.difference * 1e5, ls="none", marker=marker, color=colour(run))
    for side in (-1, 1):
        reference(axes, side * TOLERANCE * 1e5)


def _words(frame: pd.DataFrame) -> str:
    end = frame[frame.moment == "end"].dropna(subset="difference")
    largest = end.groupby("run").difference.apply(lambda gap: gap.abs().max())
    parts = (f"{run} {number(gap)}" for run, gap in largest.items())
    return f"Largest difference between a replayed and a printed value: {listing(parts)}."
