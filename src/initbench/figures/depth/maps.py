"""Document B's bed as heat maps: accuracy, success and chosen rate by depth and init."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from initbench.figures.depth.nets import BIASED, FOUR, MATCHED, RECIPE, learned, ordered, trained
from initbench.figures.kit.frames import Summary, Triple, bands, mean_interval, success_rate
from initbench.figures.kit.heat import heat_map
from initbench.figures.kit.over_depth import heading
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import canvas, empty, key, label
from initbench.figures.kit.words import extremes, listing
from initbench.tables.read import Tables

BY = ["activation", "depth", "init"]
LETTERS = 8  # size in points
FRAME = "#d9601a"
ADVICE = "the init that the document recommends"
RATE_CLAIMS = ["B73", "B75", "B76"]
CLAIMS = ["B02", "B41", "B44", "B73", "B75", "B76", "B87", "B89"]


@figure(
    name="depth_accuracy",
    needs=["mlp_depth", "mlp_default", "mlp_small", "mlp_sixty", "mlp_sigmoid", "mlp_tanh_gain"],
    title="Final test accuracy by depth and init, in per cent",
    caption=(
        "Mean over runs and below it the half-width of its 95 % t interval. Fully connected nets "
        "of width 64 on 5 000 MNIST images, each cell at its own tuned learning rate; bare cells "
        "are not in the grid. A run that diverged counts with the accuracy that it then has."
    ),
)
def draw_accuracy(tables: Tables) -> Drawing:
    """Draw the mean final test accuracy of every cell of the bed."""
    return _outcome_maps(tables, "test_accuracy", mean_interval, _accuracy, "Mean test accuracy")


def _accuracy(row: pd.Series) -> str:
    return f"{100 * row.value:.1f}\n±{100 * max(row.high - row.value, row.value - row.low):.1f}"


@figure(
    name="depth_success",
    needs=["mlp_depth", "mlp_default", "mlp_small", "mlp_sixty", "mlp_sigmoid", "mlp_tanh_gain"],
    title="How often each init learns, by depth, in per cent of runs",
    caption=(
        "Share of runs that end at 80 % test accuracy or more and below it the 95 % exact "
        "interval. Fully connected nets of width 64 on 5 000 MNIST images, each cell at its own "
        "tuned learning rate; bare cells are not in the grid."
    ),
)
def draw_success(tables: Tables) -> Drawing:
    """Draw the share of runs of every cell of the bed that end at 80 % or more."""
    return _outcome_maps(tables, "learned", success_rate, _success, "Share of runs that learn")


def _success(row: pd.Series) -> str:
    return f"{100 * row.value:.0f}\n{100 * row.low:.0f} to {100 * row.high:.0f}"


def _outcome_maps(
    tables: Tables,
    column: str,
    summary: Summary,
    text: Callable[[pd.Series], str],
    words: str,
) -> Drawing:
    frame = bands(learned(_outcomes(tables)), BY, column, summary)
    cells = frame.assign(shade=frame.value, text=[text(row) for _, row in frame.iterrows()])
    drawing = heat_grid(cells, 0.1, 1.0)
    rows = frame["init"].map(label) + " at depth " + frame.depth.astype(str)
    named = pd.concat([frame.assign(row=rows, panel=FOUR[a])[frame.activation == a] for a in FOUR])
    return Drawing(drawing, frame, f"{words}. {extremes(named)}.")


@figure(
    name="depth_rates",
    needs=["mlp_depth", "mlp_default", "mlp_small", "mlp_sixty", "mlp_sigmoid", "mlp_tanh_gain"],
    title="Learning rate chosen for each depth and init, and its score",
    caption=(
        "Above, the rate of the runs; below, the mean accuracy in per cent with which that rate "
        "won on held-out training images, over separate tuning runs. Of equal scores the smaller "
        "rate wins, so that a cell that never learns shows the smallest one."
    ),
)
def draw_rates(tables: Tables) -> Drawing:
    """Draw the tuned learning rate and the winning score of every cell of the bed."""
    chosen = bands(_outcomes(tables), BY, "learning_rate", _constant)
    best = trained(tables.tuning, RECIPE).groupby(BY)["score"].max()
    frame = chosen.drop(columns=["low", "high"]).join(best, on=BY)
    texts = [_rate(row) for _, row in frame.iterrows()]
    shades = np.log10(frame.value.to_numpy(dtype=float))
    drawing = heat_grid(frame.assign(shade=shades, text=texts), -5.0, 0.5)
    counts = frame.value.value_counts().sort_index(ascending=False)
    words = listing(f"{rate:g} in {count}" for rate, count in counts.items())
    return Drawing(drawing, frame, f"Rate chosen, and in how many cells: {words}.")


def _rate(row: pd.Series) -> str:
    return f"{row.value:g}" + (f"\n{100 * row.score:.0f}" if np.isfinite(row.score) else "")


def _outcomes(tables: Tables) -> pd.DataFrame:
    outcomes = trained(tables.outcomes, RECIPE)
    return outcomes[~outcomes["init"].isin(BIASED) & (outcomes.depth > 1)]


def _constant(values: NDArray[np.float64]) -> Triple:
    return float(values[0]), float(values.min()), float(values.max())


def heat_grid(frame: pd.DataFrame, low: float, high: float) -> Figure:
    """Draw `shade`, from `low` to `high`, and `text` by init and depth, one panel an activation."""
    pairs = [list(FOUR)[:2], list(FOUR)[2:]]
    rows = [ordered(frame[frame.activation.isin(pair)]) for pair in pairs]
    sizes = [max(1, len(inits)) for inits in rows]
    columns = [max(1, *(_depths(frame, pair[side]) for pair in pairs)) for side in (0, 1)]
    drawing: Figure
    drawing, panels = canvas(
        2, 2, 1.6 + 0.33 * sum(sizes), height_ratios=sizes, width_ratios=columns
    )
    for line, pair, inits in zip(panels, pairs, rows, strict=True):
        for axes, name in zip(line, pair, strict=True):
            _draw_panel(axes, frame[frame.activation == name], name, inits, (low, high))
        line[1].tick_params(labelleft=False)
    key(drawing, [Patch(fc="none", ec=FRAME, lw=2, label=ADVICE)])
    return drawing


def _depths(frame: pd.DataFrame, activation: str) -> int:
    return int(frame[frame.activation == activation].depth.nunique())


def _draw_panel(
    axes: Axes, frame: pd.DataFrame, name: str, inits: list[str], limits: tuple[float, float]
) -> None:
    heading(axes, FOUR[name], frame)
    if frame.empty:
        empty(axes)
        return
    shades, texts = (
        frame.pivot(index="init", columns="depth", values=column).reindex(inits)
        for column in ("shade", "text")
    )
    named = shades.rename(index=label)
    heat_map(axes, named, texts.fillna(""), LETTERS, vmin=limits[0], vmax=limits[1])
    axes.set(xlabel="hidden layers", ylabel="")
    if MATCHED[name] in inits:
        place = (0, inits.index(MATCHED[name]))
        axes.add_patch(
            Rectangle(place, shades.shape[1], 1, fill=False, ec=FRAME, lw=2, clip_on=False)
        )
