"""Document B: a small convolutional net and a net of sines, by their init."""

import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.kit.frames import median_interval, present, stacked
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.rows import dot_panel
from initbench.figures.kit.scores import ACCURACY, PSNR, dot_stack, learning, printed, scores
from initbench.figures.kit.style import band, canvas, empty, key, logarithmic
from initbench.figures.kit.words import each, extremes
from initbench.tables.read import Tables

CONVOLUTIONS = {3: "3 convolutional layers", 8: "8 convolutional layers"}
KERNELS = ["he_normal", "xavier_normal", "orthogonal_gained", "normal_0.01"]
SINES = ["siren_own", "default", "xavier_normal", "he_normal", "normal_0.01"]


@figure(
    name="special_nets_cnn",
    needs=["cnn"],
    title="A small convolutional net of two depths, by the init of its kernels",
    caption=(
        "Final test accuracy on a part of MNIST, at the learning rate that won on tuning seeds. "
        "Mean over seeds with its 95 % t interval."
    ),
)
def draw_cnn(tables: Tables) -> Drawing:
    """Draw the final test accuracy of the convolutional net by depth and init."""
    parts = [
        scores(tables, "cnn", f"cnn_d{depth}", KERNELS, ACCURACY).assign(panel=text)
        for depth, text in CONVOLUTIONS.items()
    ]
    frame = stacked(parts)
    drawing, _ = dot_stack(frame, dict.fromkeys(CONVOLUTIONS.values(), ACCURACY))
    return Drawing(drawing, frame, f"Mean final test accuracy. {extremes(frame)}.")


@figure(
    name="special_nets_siren",
    needs=["siren"],
    title="A net of sines (SIREN) fits a signal, by its init",
    caption=(
        "Points between those that it was trained on. Above: mean over seeds with its 95 % t "
        "interval; a run that diverged counts as 0 dB. Below: median with its 95 % interval, "
        "10 at most."
    ),
)
def draw_siren(tables: Tables) -> Drawing:
    """Draw the signal-to-noise ratio of the fit by init, and the loss over training."""
    ratios = scores(tables, "siren", "siren.*", SINES, PSNR)
    losses = learning(tables, "siren", "siren.*", SINES, "loss", median_interval)
    drawing, panels = canvas(2, 1, 5.8, height_ratios=[1, 1.5])
    above, under = panels.flat
    above.set(xlabel=PSNR.text, title="End of training")
    if ratios.empty:
        empty(above)
    else:
        dot_panel(above, ratios, [""])
        above.set_xlim(left=0)
    _draw_losses(under, losses)
    key(drawing, under.get_lines())
    words = each(ratios, lambda row: row["row"], PSNR.say)
    data = stacked([ratios.assign(score="psnr"), losses.assign(score="error")])
    return Drawing(drawing, data, f"Mean signal-to-noise ratio: {words}.")


def _draw_losses(axes: Axes, frame: pd.DataFrame) -> None:
    logarithmic(axes)
    for place, init in enumerate(present(frame, SINES)):
        part = frame[frame["init"] == init]
        band(axes, part, "step", init, printed(init), markevery=(place, 5))
    axes.set(xlabel="updates", ylabel="mean squared error", title="On the way")
    if frame.empty:
        empty(axes)
