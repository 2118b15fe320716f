"""Document B on LayerNorm: success and first gradients over the scale of the weights."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes

from initbench.figures.depth.nets import learned
from initbench.figures.kit.frames import bands, median_interval, success_rate
from initbench.figures.kit.over_depth import EDGE, held
from initbench.figures.kit.registry import Drawing, figure
from initbench.figures.kit.style import INK, logarithmic, percent, reference
from initbench.figures.kit.words import listing, number
from initbench.figures.layer_norm.nets import BY, TEXTS, net_lines, normed, scale_grid, sigma
from initbench.tables.read import Tables

Array = npt.NDArray[np.float64]

LIMITS = (1e-10, 1e10)
WIDE = (LIMITS[0] / 5, LIMITS[1] * 5)
INPUTS, WIDTH = 784, 64  # of the nets, for the theory
EPSILON = 1e-5  # what PyTorch's LayerNorm adds to the variance
GRID = np.logspace(-4, 0.5, 60)
HALF = 0.5


@figure(
    name="layer_norm_success",
    needs=["ln_depth"],
    title="How often nets learn with and without LayerNorm",
    caption=(
        "Share of runs that end at 80 % test accuracy or more, with its 95 % exact interval, "
        "each cell at its own tuned learning rate. Above, all weights are normal with one "
        "standard deviation σ; below, other inits."
    ),
)
def draw_success(tables: Tables) -> Drawing:
    """Draw the share of successful runs over σ by depth, with and without LayerNorm."""
    outcomes = learned(normed(tables.outcomes))
    frame = bands(outcomes, BY, "learned", success_rate)
    frame = frame.assign(sigma=sigma(frame["init"]))
    drawing, panels = scale_grid(frame, _draw_success)
    panels[0, 0].set(ylim=(-0.03, 1.03), ylabel="runs that learn")
    percent(panels[0, 0].yaxis)
    for axes in panels[1]:
        axes.set(xlim=(-0.06, 1.06), xticks=[0, 0.5, 1], xlabel="runs that learn")
        percent(axes.xaxis)
    alt = f"Scales σ at which at least half of the runs learn: {_reach(frame)}."
    return Drawing(drawing, frame, alt)


def _draw_success(axes: Axes, frame: pd.DataFrame, depth: int) -> None:
    reference(axes, HALF, dash=":")
    net_lines(axes, frame, "sigma")


def _reach(frame: pd.DataFrame) -> str:
    """Return, by depth and net, how many σ learn and which is the smallest and the largest."""
    scaled = frame.dropna(subset="sigma")
    return listing(
        f"{TEXTS[str(net)]}, depth {depth}, {_range(part)}"
        for (depth, net), part in scaled.groupby(["depth", "net"])
    )


def _range(frame: pd.DataFrame) -> str:
    good = frame[frame.value >= HALF].sigma
    count = f"{len(good)} of {len(frame)}"
    return f"{count} from {good.min():g} to {good.max():g}" if len(good) else count


@figure(
    name="layer_norm_gradient",
    needs=["ln_depth"],
    title="First gradient of the first layer over the scale of the weights",
    caption=(
        "Norm before training, median over runs with its 95 % interval; the lines of theory are "
        "shifted to the measured level. Behind a LayerNorm a layer's gradient goes as 1/σ, but "
        "the head, which shrinks too, takes that back: what is left falls only where σ is so "
        f"small that LayerNorm's own ε counts. Without, it goes as σ to the depth. {EDGE}"
    ),
)
def draw_gradient(tables: Tables) -> Drawing:
    """Draw the first layer's gradient norm before training over σ, beside the theory."""
    norms = normed(tables.layers, quantity="gradient_norm", layer="fc1.weight")
    frame = bands(norms[norms.step == 0], BY, "value", median_interval)
    frame = frame.assign(sigma=sigma(frame["init"]))
    drawing, panels = scale_grid(held(frame, LIMITS), _draw_gradient)
    panels[0, 0].set_ylabel("norm of the gradient")
    for axes in panels[1]:
        logarithmic(axes, "x")
        axes.set(xlim=WIDE, xticks=[1e-9, 1, 1e9], xlabel="norm of the gradient")
    return Drawing(drawing, frame, f"Median norm, smallest and largest over σ: {_spans(frame)}.")


def _spans(frame: pd.DataFrame) -> str:
    medians = frame.dropna(subset="sigma").groupby(["depth", "net"])["value"]
    return listing(
        f"{TEXTS[str(net)]}, depth {depth}, {number(part.min())} and {number(part.max())}"
        for (depth, net), part in medians
    )


def _draw_gradient(axes: Axes, frame: pd.DataFrame, depth: int) -> None:
    logarithmic(axes)
    axes.set_ylim(*WIDE)
    net_lines(axes, frame, "sigma")
    normal = normalised_gradient(GRID, depth)
    for text, net, dash, theory in (
        ("theory with LayerNorm", "ln", "-", normal),
        ("1/σ, were the head of fixed scale", "ln", ":", 1 / GRID),
        ("theory without: σ to the depth", "no_ln", "-.", GRID**depth),
    ):
        shifted = _shifted(frame[frame.net == net], theory)
        axes.plot(GRID, shifted, color=INK, lw=1.1, ls=dash, label=text)


def _shifted(frame: pd.DataFrame, theory: Array) -> Array:
    """Return `theory` times a factor, so that half of the medians of `frame` lie above it."""
    inside = frame[frame.value.between(*LIMITS, inclusive="neither")]
    ratios = np.log(inside.value) - np.interp(np.log(inside.sigma), np.log(GRID), np.log(theory))
    level = np.exp(ratios.median()) if len(inside) else np.nan
    curve = theory * level
    within: Array = np.where((curve > LIMITS[0]) & (curve < LIMITS[1]), curve, np.nan)
    return within


def normalised_gradient(scale: Array, depth: int) -> Array:
    """Return the first layer's gradient, up to a factor, where `depth` layers have a LayerNorm.

    Every weight has the standard deviation `scale`. A LayerNorm divides by √(v + ε), v being the
    variance before it, on the way there and back; ReLU halves the second moment.
    """
    variance = scale**2 * INPUTS
    gradient = scale / np.sqrt(variance + EPSILON)
    for _ in range(depth - 1):
        moment = variance / (variance + EPSILON) / 2
        variance = scale**2 * WIDTH * moment
        gradient = gradient * scale * np.sqrt(WIDTH / 2) / np.sqrt(variance + EPSILON)
    return gradient
