"""Document B: what recurrent nets remember under each init, at the end of training."""

import pandas as pd

from initbench.figures.kit.frames import stacked
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.scores import (
    ACCURACY,
    ERROR,
    WITHIN,
    Score,
    blind,
    dot_stack,
    fills,
    scores,
)
from initbench.figures.kit.style import key
from initbench.figures.kit.words import extremes
from initbench.tables.read import Tables
from initbench.theory.baselines import ADDING_BASELINE

LENGTHS = {20: "20 steps", 60: "60 steps"}  # of the sequences
CELLS = {"rnn": "tanh RNN", "lstm": "LSTM", "gru": "GRU"}
HIDDEN = ["default", "normal", "xavier", "orthogonal", "identity"]
PLAIN = [f"recurrent_{name}" for name in HIDDEN]
GATED = ["recurrent_default", "recurrent_orthogonal", "recurrent_orthogonal_gates"]
BIASES = {f"forget_bias_{bias}": bias for bias in (-1, 0, 1, 2)}
# Of each panel: the task, the score and the level without input.
PANELS: dict[str, tuple[str, Score, float]] = {
    "Delayed recall": ("recall", ACCURACY, 1 / 8),
    # |u + v - 1| < 0.1 for uniform u and v has the probability 1 - 0.9².
    "Adding problem: hits": ("adding", WITHIN, 0.19),
    "Adding problem: error": ("adding", ERROR, ADDING_BASELINE),
}
TASKS = (
    "Recall: name at the end the first of eight symbols; adding: sum the two marked numbers. "
    "Accuracies: mean over seeds with its 95 % t interval; errors: median with its 95 % interval, "
    "10 at most."
)


def _both_lengths(tables: Tables, cell: str, inits: list[str]) -> pd.DataFrame:
    """Return one row a panel, init and length for one cell type."""
    parts = [
        scores(tables, f"{task}_{steps}", f"{cell}_.*", inits, score).assign(
            panel=panel, level=text, cell=cell
        )
        for panel, (task, score, _) in PANELS.items()
        for steps, text in LENGTHS.items()
    ]
    return stacked(parts)


def _drawn(frame: pd.DataFrame) -> Drawing:
    named = {panel: score for panel, (_, score, _) in PANELS.items()}
    drawing, panels = dot_stack(frame, named, list(LENGTHS.values()))
    for name, (_, _, level) in PANELS.items():
        blind(panels[name], level, across=False)
    levels = next(iter(panels.values())).get_lines()
    key(drawing, [*fills(frame, LENGTHS.values()), *levels])
    return Drawing(drawing, frame, f"{_words(frame)}.")


def _words(frame: pd.DataFrame) -> str:
    """Return the lowest and highest row of each panel and length."""
    named = frame.assign(panel=frame.panel + ", " + frame.level)
    errors = frame.panel == list(PANELS)[-1]
    return f"{extremes(named[~errors])}. {extremes(named[errors], ERROR.say)}"


@figure(
    name="recurrent_accuracy",
    needs=["recall_20", "recall_60", "adding_20", "adding_60"],
    title="What a tanh RNN remembers, by the init of its recurrent weights",
    caption=f"The input weights start alike everywhere. {TASKS}",
)
def draw_accuracy(tables: Tables) -> Drawing:
    """Draw the final scores of the tanh RNN on both tasks by init and sequence length."""
    return _drawn(_both_lengths(tables, "rnn", PLAIN))


@figure(
    name="recurrent_gates",
    needs=["recall_20", "recall_60", "adding_20", "adding_60"],
    title="Orthogonal recurrent weights in LSTM and GRU",
    caption=(
        "Orthogonal: the stacked matrix of all gates has orthonormal columns. Per gate: each "
        f"gate's square matrix is orthogonal. {TASKS}"
    ),
)
def draw_gates(tables: Tables) -> Drawing:
    """Draw the final scores of LSTM and GRU on both tasks by init and sequence length."""
    frame = stacked([_both_lengths(tables, cell, GATED) for cell in ("lstm", "gru")])
    return _drawn(frame.assign(row=frame.cell.map(CELLS) + ", " + frame["row"]))


@figure(
    name="recurrent_rows",
    needs=["rows_28"],
    title="MNIST read row by row: final test accuracy",
    caption=(
        "Each image is a sequence of 28 rows. Mean over seeds with its 95 % t interval. "
        "Dotted: one class in ten."
    ),
)
def draw_rows(tables: Tables) -> Drawing:
    """Draw the final accuracy of the three cell types on the rows of MNIST by init."""
    inits = {"rnn": PLAIN, "lstm": [*GATED, *BIASES], "gru": GATED}
    parts = [
        scores(tables, "rows_28", f"{cell}_.*", inits[cell], ACCURACY).assign(panel=text)
        for cell, text in CELLS.items()
    ]
    frame = stacked(parts)
    drawing, panels = dot_stack(frame, dict.fromkeys(CELLS.values(), ACCURACY))
    for axes in panels.values():
        blind(axes, 0.1, across=False)
    return Drawing(drawing, frame, f"Mean final test accuracy. {extremes(frame)}.")
