"""Heat maps whose every cell also says its number."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from numpy.typing import NDArray

from initbench.figures.kit.style import INK, centred


def heat_map(
    axes: Axes, colours: pd.DataFrame, texts: pd.DataFrame, size: float = 10, **options: Any
) -> None:
    """Draw `colours` (rows × columns, NaN = bare) with `texts` of equal shape in the cells.

    `size` is that of the letters, in points.
    """
    sns.heatmap(colours, cmap="viridis", cbar=False, ax=axes, **options)
    mesh = axes.collections[0]
    mesh.update_scalarmappable()
    shades = np.atleast_2d(np.asarray(mesh.get_facecolor()))
    bare = colours.isna().to_numpy()
    for (row, column), shade in zip(np.ndindex(bare.shape), shades, strict=True):
        ink = INK if bare[row, column] else _letters(shade)
        centred(axes, (column + 0.5, row + 0.5), str(texts.iloc[row, column]), size, ink)
    axes.tick_params(length=0)
    axes.tick_params(axis="y", rotation=0)
    axes.grid(visible=False)


def _letters(shade: NDArray[np.float64]) -> str:
    """Return dark or white letters, whichever has more contrast on `shade`."""
    red, green, blue = (channel**2.2 for channel in shade[:3])
    return "#111111" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else "#ffffff"
