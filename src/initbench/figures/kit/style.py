"""The look of every figure: one colour an init, text that follows the page, plain axes."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from numpy.typing import NDArray

# Every stroke and letter of this colour becomes `currentColor` when a figure is saved.
Array = NDArray[np.float64]

INK = "#010203"
CLASS_COLOURS = ("#1f78c8", "#d9601a")
WIDTH = 7.5  # inches at 96 pixels each: the 720-pixel column of the report
MISSING = "not in this grid"

THEME: Any = {
    **sns.axes_style("ticks"),
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlesize": 11,
    "axes.labelsize": 11.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlelocation": "left",
    "grid.color": INK,
    "grid.alpha": 0.14,
    "grid.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "legend.fontsize": 10.5,
    "legend.frameon": False,
    "legend.handlelength": 2.8,
    "font.size": 10.5,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "lines.linewidth": 1.8,
    "lines.markersize": 5.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "initbench",
    "path.simplify_threshold": 0.2,
}


@dataclass(frozen=True)
class Look:
    """How one init is drawn; marker and dash say the same as the colour."""

    colour: str
    marker: str
    dash: Any


# The longest name that an init starts with decides; every colour keeps a contrast of about
# three or more on white and on dark grey, and hues that meet differ for colour-blind readers.
LOOKS = {
    "default": Look("#1f78c8", "o", "-"),
    "default_zero_bias": Look("#128091", "D", (0, (5, 1.5))),
    "xavier": Look("#27a35f", "s", (0, (6, 1.5, 1, 1.5))),
    "he": Look("#d67ab5", "P", (0, (3, 1.2))),
    "orthogonal": Look("#d9601a", "^", (0, (8, 1.5))),
    "svd": Look("#8467d7", "h", "-"),
    "zero": Look("#c4305c", "d", (0, (4, 1.5))),
    "zeros": Look("#8a8a8a", "X", (0, (1.2, 1.2))),
    "ones": Look("#bf8f0a", "v", (0, (6, 1.5, 1, 1.5, 1, 1.5))),
    "minus_ones": Look("#bf8f0a", ">", (0, (2, 2))),
    "constant": Look("#bf8f0a", "*", (0, (2, 1))),
    "normal": Look("#95553a", "<", (0, (5, 2, 1, 2))),
    "normal_1": Look("#95553a", ">", (0, (1.5, 1.5))),
    "table": Look("#6f8f1f", "p", (0, (7, 2))),
    "lecun": Look("#5f9e2f", "8", (0, (9, 1.5, 2, 1.5))),
    "xavier_gained": Look("#188a4f", "d", (0, (2, 1, 6, 1))),
    "he_gained": Look("#b03a8a", "X", (0, (1.5, 1))),
    "orthogonal_gained": Look("#b8490c", "v", (0, (5, 1, 1, 1))),
    "lsuv": Look("#7a6ff0", "*", "-"),
    "spectral_radius": Look("#a08a10", "h", (0, (4, 1))),
    "critical": Look("#6b7f99", "p", (0, (8, 1, 1, 1))),
    "delta_orthogonal": Look("#d9772e", ">", (0, (6, 2))),
    "dirac": Look("#8f7a5c", "H", "-"),
    "truncated_normal": Look("#b07a5a", "<", (0, (3, 1.5, 1, 1.5))),
    "truncated_normal_absolute": Look("#b07a5a", "v", (0, (1, 1.5))),
    "sparse": Look("#4f8f8f", "d", (0, (2, 1.5))),
    "normal_0.001": Look("#95553a", "p", (0, (1, 1))),
    "sigma": Look("#95553a", "<", (0, (5, 2, 1, 2))),
    "xavier_gain_4": Look("#188a4f", "p", (0, (7, 1.5, 1, 1.5))),
    "xavier_normal_random_bias": Look("#27a35f", "D", (0, (2, 1))),
    "he_normal_random_bias": Look("#d67ab5", "p", (0, (5, 1, 1, 1))),
    "transformer": Look("#27a35f", "s", (0, (6, 1.5, 1, 1.5))),
    "recurrent_default": Look("#1f78c8", "o", "-"),
    "recurrent_normal": Look("#95553a", "<", (0, (5, 2, 1, 2))),
    "recurrent_xavier": Look("#27a35f", "s", (0, (6, 1.5, 1, 1.5))),
    "recurrent_orthogonal": Look("#d9601a", "^", (0, (8, 1.5))),
    "recurrent_orthogonal_gates": Look("#b8490c", "v", (0, (4, 1.5))),
    "recurrent_identity": Look("#8f7a5c", "H", (0, (3, 1))),
    "forget_bias": Look("#9a5fb8", "h", (0, (6, 1.5))),
    "residual_he": Look("#d67ab5", "P", (0, (3, 1.2))),
    "residual_scaled": Look("#b03a8a", "X", (0, (4, 1))),
    "residual_small": Look("#95553a", "<", (0, (5, 2, 1, 2))),
    "residual_zero_last": Look("#c4305c", "d", (0, (4, 1.5))),
    "residual_fixup": Look("#8467d7", "h", "-"),
    "residual_rezero": Look("#6b7f99", "p", (0, (5, 1.5))),
    "siren": Look("#3d8ea8", "*", "-"),
    "output_zero": Look("#8a8a8a", "X", (0, (1.2, 1.2))),
    "output_default": Look("#1f78c8", "o", "-"),
    "output_prior": Look("#a5682a", "D", (0, (5, 1.5))),
}
SPARE = ("#3d8ea8", "#a5682a", "#9a5fb8", "#4f9a4a", "#c2566e", "#6b7fc4")


def look(init: str) -> Look:
    """Return the look of `init`; an init of a new family gets a spare colour of its own."""
    family = max((name for name in LOOKS if init.startswith(name)), key=len, default="")
    if family:
        return LOOKS[family]
    return Look(SPARE[zlib.crc32(init.encode()) % len(SPARE)], "H", "-")


def colour(init: str) -> str:
    """Return the one colour of `init` as a hexadecimal string."""
    return look(init).colour


def label(init: str) -> str:
    """Return the name of `init` as it is printed in a figure."""
    return init.replace("_", " ")


def ramp(count: int) -> list[str]:
    """Return `count` ordered colours, dark to light, that read on white and on dark grey."""
    ends = sns.color_palette("viridis", 100)
    return [ends[round(place)] for place in np.linspace(28, 76, count)]


def canvas(rows: int = 1, columns: int = 1, height: float = 3.7, **options: Any) -> tuple[Any, Any]:
    """Return a (Figure, rows × columns array of Axes) of column width and `height` inches."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def empty(axes: Axes) -> None:
    """Say in an otherwise bare panel that the grid holds no data for it."""
    sides = ("bottom", "left", "labelbottom", "labelleft")
    hidden: dict[str, Any] = dict.fromkeys(sides, False)
    axes.tick_params(which="both", **hidden)
    axes.grid(visible=False)
    axes.text(0.5, 0.5, MISSING, ha="center", va="center", transform=axes.transAxes, style="italic")


def band(axes: Axes, frame: pd.DataFrame, x: str, init: str, text: str, **style: Any) -> Artist:
    """Draw columns value, low and high of `frame` over `x` in the look of `init`."""
    drawn = look(init)
    options = {"color": drawn.colour, "ls": drawn.dash, "marker": drawn.marker} | style
    options.setdefault("markevery", max(1, len(frame) // 8))
    axes.fill_between(frame[x], frame.low, frame.high, color=options["color"], alpha=0.22, lw=0)
    return axes.plot(frame[x], frame.value, label=text, **options)[0]


def dots(axes: Axes, frame: pd.DataFrame, y: Sequence[float], init: str, **style: Any) -> None:
    """Draw columns value, low and high of `frame` as horizontal dots with intervals at `y`."""
    drawn = look(init)
    options: dict[str, Any] = {
        "marker": drawn.marker,
        "markersize": 6,
        "color": drawn.colour,
    } | style
    reach = np.abs(frame[["low", "high"]].to_numpy().T - frame.value.to_numpy())
    axes.errorbar(frame.value, y, xerr=reach, ls="none", elinewidth=1.6, **options)


def reference(
    axes: Axes, at: float, text: str = "_", dash: str = "--", across: bool = True
) -> None:
    """Draw a thin level line at `at`, across or up the panel; `text` is for the key."""
    line = axes.axhline if across else axes.axvline
    line(at, color=INK, lw=1.1, ls=dash, alpha=0.8, label=text, zorder=1.5)


def centred(axes: Axes, at: tuple[float, float], text: str, size: float, ink: str) -> None:
    """Write the lines of `text` around `at`, each centred by itself in the reader's own font."""
    rows = text.split("\n")
    style: dict[str, Any] = {"ha": "center", "va": "center_baseline", "size": size, "color": ink}
    for place, line in enumerate(rows):
        rise = ((len(rows) - 1) / 2 - place) * 1.35 * size
        axes.annotate(line, at, xytext=(0, rise), textcoords="offset points", **style)


def percent(axis: Axis) -> None:
    """Print shares as percentages."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))


def plain(value: float, _: int = 0) -> str:
    """Return a label of a logarithmic axis without mathematical type: 0.5, 1, 20 or 10⁻³."""
    exponent = round(float(np.log10(value)))
    if -3 < exponent < 3 or not np.isclose(value, 10.0**exponent, rtol=1e-9, atol=0.0):
        return f"{value:g}"
    return "10" + str(exponent).translate(_RAISED)


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def logarithmic(axes: Axes, which: str = "y", steps: Sequence[float] = (1,)) -> None:
    """Make the `which` axis logarithmic with labels at `steps` of each power of ten."""
    axes.set(**{f"{which}scale": "log"})
    axis: Axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(LogLocator(subs=steps))
    axis.set_major_formatter(FuncFormatter(plain))
    axis.set_minor_locator(NullLocator())


def nines(axes: Axes) -> None:
    """Turn a y axis of remainders, 1 − share, into one of shares stretched towards 100 %."""
    logarithmic(axes)
    ticks = [0.5, *(10.0**-place for place in range(1, 7))]
    axes.set_yticks(ticks, labels=[f"{100 * (1 - rest):.7g} %" for rest in ticks])
    axes.set_ylim(0.7, 3e-7)


def lines(panels: NDArray[Any]) -> list[Artist]:
    """Return every drawn line of an array of panels, for the key."""
    return [line for axes in panels.flat for line in axes.get_lines()]


def below(panels: NDArray[Any], text: str) -> None:
    """Write the name of the x axis below each panel of the last row."""
    for axes in panels[-1]:
        axes.set_xlabel(text)


def proxy(text: str, fill: Any = "full", marker: str = "o", ink: str = INK) -> Line2D:
    """Return a key entry for a marker that any init may wear."""
    return Line2D([], [], color=ink, ls="none", marker=marker, fillstyle=fill, label=text)


def key(figure: Figure, handles: Iterable[Artist], columns: int = 3) -> None:
    """Write the key below the panels, each entry once."""
    entries = {str(handle.get_label()): handle for handle in handles}
    named = {text: handle for text, handle in entries.items() if not text.startswith("_")}
    if named:
        handles, texts = list(named.values()), list(named)
        figure.legend(handles, texts, loc="outside lower left", ncols=columns)


def stamps(centres: Array, shape: Array, size: float) -> Path:
    """Return one path of the bars or polygons `shape` (m, 2) times `size` at `centres` (n, 2).

    One path for all keeps the file small; centres closer than a hair are drawn once.
    """
    apart = np.unique((centres / (size / 4)).round(), axis=0) * (size / 4)
    outline = (shape if len(shape) == 2 else np.vstack([shape, shape[:1]])) * size
    vertices = (apart[:, None, :] + outline[None, :, :]).reshape(-1, 2)
    last = Path.LINETO if len(shape) == 2 else Path.CLOSEPOLY
    codes = [Path.MOVETO, *[Path.LINETO] * (len(outline) - 2), last]
    return Path(vertices, np.tile(codes, len(apart)))
