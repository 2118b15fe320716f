"""Document B's fourth exercise: custom inits for special nets against standard ones."""

import pandas as pd

from initbench.figures.kit.frames import ROUNDING, TINY, stacked, success_rate
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.scores import ACCURACY, PSNR, Score, dot_stack, scores
from initbench.figures.kit.words import extremes, share
from initbench.tables.read import Tables

SIREN = "Net of sines fits a signal"
RESIDUAL = "Residual net of 64 blocks, MNIST"
CHAIN = "Eight tanh layers of width 2, two moons"
CUSTOM = {
    SIREN: ["siren_own"],
    RESIDUAL: ["residual_zero_last"],
    CHAIN: [f"svd_k1_s{scale}" for scale in ("0.6", "0.8", "1.0", "1.25")],
}
STANDARD = {
    SIREN: ["default", "xavier_normal", "he_normal", "normal_0.01"],
    RESIDUAL: ["residual_he", "default", "xavier_normal", "he_normal", "normal_0.01"],
    CHAIN: ["default", "xavier", "he", "orthogonal"],
}


def _solved(runs: pd.DataFrame) -> pd.Series:
    return runs.test_accuracy >= 0.99 - ROUNDING


SOLVED = Score("share of runs at 99 % test accuracy or more", _solved, success_rate, share)
PANELS = {SIREN: PSNR, RESIDUAL: ACCURACY, CHAIN: SOLVED}


def _settings(tables: Tables) -> pd.DataFrame:
    """Return one row a setting and init, custom inits first in each setting."""
    siren, residual, chain = ([*CUSTOM[name], *STANDARD[name]] for name in PANELS)
    found = {
        SIREN: [scores(tables, "siren", "siren.*", siren, PSNR)],
        RESIDUAL: [scores(tables, "residual", "residual.*_b64", residual, ACCURACY)],
        CHAIN: [
            scores(tables, name, TINY["architecture"], chain, SOLVED, dataset=TINY["dataset"])
            for name in ("tiny_factorial", "tiny_sgd")
        ],
    }
    parts = [part.assign(panel=name) for name, frames in found.items() for part in frames]
    frame = stacked(parts)
    every = [init for inits in CUSTOM.values() for init in inits]
    kind = frame["init"].isin(every).map({True: " (custom)", False: ""})
    return frame.assign(row=frame["row"] + kind)


@figure(
    name="special_nets_exercise",
    needs=["siren", "residual", "tiny_factorial", "tiny_sgd"],
    title="Three inits made for one kind of net, and the standard ones",
    caption=(
        "Custom: the rule of Sitzmann et al. (2020) for sines; branches whose last layer starts "
        "at zero; tanh layers that start with equal singular values (condition number 1), as "
        "orthogonal ones do. Means with 95 % t intervals; shares with 95 % exact intervals."
    ),
)
def draw_exercise(tables: Tables) -> Drawing:
    """Draw the final scores of custom and of standard inits in three settings."""
    frame = _settings(tables)
    drawing, panels = dot_stack(frame, PANELS)
    if (frame.panel == SIREN).any():
        panels[SIREN].set_xlim(left=0)
    words = [extremes(frame[frame.panel == name], score.say) for name, score in PANELS.items()]
    return Drawing(drawing, frame, f"{'. '.join(words)}.")
