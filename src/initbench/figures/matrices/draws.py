"""The tables of the random matrices as figures read them: selection, looks, summaries."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator
from numpy.typing import NDArray
from scipy import stats

from initbench.figures.kit.frames import BAND, Summary, Triple, bands, load, runs
from initbench.figures.kit.style import INK, band
from initbench.matrices.printed_matrix import MATRIX
from initbench.tables.read import Tables

DOCUMENT_C = "document_c"
EXAMPLE_SIZE = len(MATRIX)
LARGEST_MODULUS = float(np.abs(np.linalg.eigvals(MATRIX)).max())
TEXT = ["ensemble", "dominant", "kind", "quantity"]
COLUMNS = {
    "draws": [
        *("ensemble", "size", "dominant", "rho", "rho_second", "sigma_max", "left_component"),
        *("quotient_deviation", "misalignment_end", "normalised_cv", "angle_slope", "angle_theory"),
        *("rayleigh_error", "untied_log_growth_50", "untied_normalised_log_growth_50"),
        *(f"log_growth_{steps}" for steps in (1, 2, 3, 4, 5, 50, 100)),
        *(f"{f}{a}_log_growth_100" for f in ("tanh", "relu") for a in ("", "_normalised")),
    ],
    "paths": [
        *("ensemble", "size", "kind", "dominant", "quantity", "step", "n"),
        *("q05", "q25", "q50", "q75", "q95"),
    ],
    "eigenvalues": ["ensemble", "size", "draw", "re", "im"],
}
LOOKS: dict[str, dict[str, Any]] = {
    "all": {"color": INK, "marker": "s", "ls": "-"},
    "real": {"color": "#1f78c8", "marker": "o", "ls": (0, (6, 1.5))},
    "complex": {"color": "#d9601a", "marker": "^", "ls": (0, (3, 1.2))},
    DOCUMENT_C: {"color": "#c4305c", "marker": "*", "ls": "-"},
}
STAR: dict[str, Any] = {
    "marker": "*",
    "markersize": 11,
    "color": LOOKS[DOCUMENT_C]["color"],
    "ls": "none",
    "zorder": 3,
}
TYPES = {"all": "all draws", "real": "largest is real", "complex": "largest is complex"}


def matrices(tables: Tables, name: str) -> pd.DataFrame:
    """Return the table "draws", "paths" or "eigenvalues", empty when the grid lacks it."""
    frame = load(tables.matrices, name)
    if "ensemble" in frame:
        return frame
    return pd.DataFrame({c: pd.Series(dtype=str if c in TEXT else float) for c in COLUMNS[name]})


def gaussian(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the Gaussian ensembles."""
    return frame[frame.ensemble != DOCUMENT_C]


def of_document_c(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of document C's own matrix."""
    return frame[frame.ensemble == DOCUMENT_C]


def sizes(frame: pd.DataFrame) -> list[int]:
    """Return the sizes k of the matrices of `frame`, ascending."""
    return sorted(int(size) for size in frame["size"].unique())


def by_size(draws: pd.DataFrame, column: str, summary: Summary, **labels: str) -> pd.DataFrame:
    """Return one row a size: n, value, low and high of `summary`, and constant `labels`.

    Draws that lack the quantity, NaN, are left out.
    """
    table = bands(draws.dropna(subset=[column]), ["size"], column, summary)
    # A table without rows has no types, and would take them from its neighbours when joined.
    return table.astype({"size": int, "n": int} | dict.fromkeys(BAND[1:], float)).assign(**labels)


def path_bands(paths: pd.DataFrame, last: int = 100) -> pd.DataFrame:
    """Return `paths` up to step `last` with the median and the central 90 % as a band."""
    names = {"q50": "value", "q05": "low", "q95": "high"}
    shown = paths[paths.step <= last].rename(columns=names)
    keys = ["ensemble", "size", "kind", "dominant", "step", "n"]
    return shown[[*keys, "value", "low", "high"]]


def order_range(values: NDArray[np.float64]) -> Triple:
    """Return the median and the central 90 % as values that occur, which may be infinite."""
    low, centre, high = np.quantile(values, [0.05, 0.5, 0.95], method="inverted_cdf")
    return float(centre), float(low), float(high)


def geometric_mean(logs: NDArray[np.float64]) -> Triple:
    """Return the geometric mean of numbers given by their logarithms, with its 95 % t interval."""
    spread = logs.std(ddof=1) / np.sqrt(len(logs)) if len(logs) > 1 else 0.0
    reach = float(stats.t.ppf(0.975, max(1, len(logs) - 1)) * spread)
    low, centre, high = np.exp(logs.mean() + np.array([-reach, 0.0, reach]))
    return float(centre), float(low), float(high)


def size_axis(axes: Axes, shown: Iterable[int]) -> None:
    """Make x the size k of the matrices, logarithmic, with a label at each of those `shown`."""
    ticks = list(shown)
    axes.set_xscale("log")
    axes.set_xticks(ticks, labels=[str(size) for size in ticks])
    axes.xaxis.set_minor_locator(NullLocator())


def curve(axes: Axes, frame: pd.DataFrame, x: str, name: str, text: str, **style: Any) -> None:
    """Draw the band of `frame` over `x` in the look of `name`; `text` is for the key."""
    if len(frame):
        band(axes, frame, x, "", text, **LOOKS[name] | style)


def counted(text: str, frame: pd.DataFrame) -> str:
    """Return `text` with the number of draws that the rows of `frame` stand for, if any."""
    return f"{text} ({runs(frame)})" if len(frame) else text


def star(axes: Axes, x: float, row: pd.Series, text: str) -> None:
    """Draw value, low and high of `row`, which is of document C's matrix, as a star at `x`."""
    axes.vlines(x, row.low, row.high, colors=STAR["color"], lw=1.6)
    axes.plot(x, row.value, label=text, **STAR)
