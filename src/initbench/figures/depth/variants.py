"""Document B's bed: activations close to ReLU, and nets that are freed by a kick."""

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.depth.nets import FOUR, learned, trained
from initbench.figures.kit.frames import (
    ROUNDING,
    Summary,
    bands,
    mean_interval,
    present,
    stacked,
    success_rate,
)
from initbench.figures.kit.over_depth import heading
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.rows import draw_rows
from initbench.figures.kit.style import (
    band,
    below,
    canvas,
    empty,
    key,
    label,
    lines,
    percent,
    plain,
    reference,
)
from initbench.figures.kit.words import ACTIVATIONS, each, extremes
from initbench.tables.read import Tables
from initbench.theory.baselines import MAJORITY_SHARE

VARIANTS = ["leaky_relu_0.2", "elu", "gelu", "silu"]
SHOWN: dict[str, tuple[str, Summary]] = {
    "test accuracy at the end": ("test_accuracy", mean_interval),
    "runs at 80 % or more": ("learned", success_rate),
}
KICKS = {"mlp_fixed_rate": "none", **{f"mlp_kick_1e-{k}": plain(10.0**-k) for k in (4, 3, 2, 1)}}
KICKED = {"relu": "mlp_relu_d10", "tanh": "mlp_tanh_d10"}
STUCK = ["normal_0.01", "zeros"]
FREED = 0.5


@figure(
    name="depth_variants",
    needs=["mlp_variants"],
    title="He and Xavier under activations close to ReLU, depth 30",
    caption=(
        "Left, mean final test accuracy with its 95 % t interval; right, share of runs that end "
        "at 80 % or more, with its 95 % exact interval. 'he gained' takes the gain of the "
        "activation at hand, 'he normal' that of ReLU."
    ),
)
def draw_variants(tables: Tables) -> Drawing:
    """Draw final accuracy and success of three inits under four variants of ReLU."""
    outcomes = learned(trained(tables.outcomes, ["mlp_variants"]))
    parts = [
        bands(outcomes, ["activation", "init"], *spec).assign(shown=text, level="")
        for text, spec in SHOWN.items()
    ]
    both = stacked(parts)
    frame = both.assign(row=both["init"].map(label), panel=both.activation.map(ACTIVATIONS))
    drawing, panels = canvas(len(VARIANTS), 2, 5.6, sharex=True)
    for row, name in zip(panels, VARIANTS, strict=True):
        for axes, text in zip(row, SHOWN, strict=True):
            part = frame[(frame.activation == name) & (frame.shown == text)]
            axes.set_title(ACTIVATIONS[name], fontsize=10)
            draw_rows(axes, part)
        row[1].tick_params(labelleft=False)
    for axes, text in zip(panels[-1], SHOWN, strict=True):
        axes.set(xlabel=text, xlim=(-0.03, 1.03))
    percent(panels[0, 0].xaxis)
    accuracy = frame[frame.shown == next(iter(SHOWN))]
    return Drawing(drawing, frame, f"Mean final test accuracy. {extremes(accuracy)}.")


@figure(
    name="depth_kick",
    needs=[
        "mlp_fixed_rate",
        "mlp_kick_1e-4",
        "mlp_kick_1e-3",
        "mlp_kick_1e-2",
        "mlp_kick_1e-1",
    ],
    title="What a kick of random noise does to stuck nets, depth 10",
    caption=(
        "After the second of five epochs at one learning rate every parameter gets Gaussian "
        "noise; 'none' are runs without. Above, mean final test accuracy with its 95 % t interval "
        "(dotted: always the most frequent digit); below, share of runs that end at 50 % or more, "
        "with its 95 % exact interval."
    ),
)
def draw_kick(tables: Tables) -> Drawing:
    """Draw final accuracy and success over the size of the noise, by activation and init."""
    wanted = {"architecture": list(KICKED.values()), "init": STUCK}
    kicked = [
        trained(tables.outcomes, [name], **wanted).assign(place=k) for k, name in enumerate(KICKS)
    ]
    outcomes = stacked(kicked)
    outcomes = outcomes.assign(freed=outcomes.test_accuracy >= FREED - ROUNDING)
    by = ["activation", "init", "place"]
    ends = bands(outcomes, by, "test_accuracy", mean_interval).assign(shown="test accuracy")
    freed = bands(outcomes, by, "freed", success_rate).assign(shown="runs at 50 % or more")
    drawing, panels = canvas(2, 2, 5.2, sharex=True, sharey=True)
    for row, frame in zip(panels, (ends, freed), strict=True):
        for axes, name in zip(row, KICKED, strict=True):
            _draw_kicks(axes, frame[frame.activation == name], FOUR[name])
        row[0].set_ylabel(frame.shown.iloc[0] if len(frame) else "")
    for axes in panels[0]:
        reference(axes, MAJORITY_SHARE, dash=":")
    panels[0, 0].set(ylim=(-0.03, 1.03), xticks=range(len(KICKS)), xticklabels=KICKS.values())
    percent(panels[0, 0].yaxis)
    below(panels, "standard deviation of the noise")
    key(drawing, lines(panels))
    words = each(ends, _kick)
    return Drawing(drawing, stacked([ends, freed]), f"Mean final test accuracy: {words}.")


def _draw_kicks(axes: Axes, frame: pd.DataFrame, name: str) -> None:
    heading(axes, name, frame)
    for init in present(frame, STUCK):
        band(axes, frame[frame["init"] == init], "place", init, label(init), markevery=1)
    if frame.empty:
        empty(axes)


def _kick(row: pd.Series) -> str:
    return f"{FOUR[row.activation]}, {label(row['init'])}, noise {list(KICKS.values())[row.place]}"
