"""Heat maps whose every cell also says its number."""

from typing import Any

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from initbench.figures.style import INK


def heat_map(axes: Axes, colours: pd.DataFrame, texts: pd.DataFrame, **options: Any) -> None:
    """Draw `colours` (rows × columns, NaN = no colour) with `texts` of equal shape in the cells."""
    annotations = {"size": 9.5}
    sns.heatmap(
        colours,
        annot=texts,
        fmt="",
        cmap="viridis",
        cbar=False,
        linewidths=2,
        linecolor="none",
        annot_kws=annotations,
        ax=axes,
        **options,
    )
    for row, column in zip(*colours.isna().to_numpy().nonzero(), strict=True):
        text = str(texts.iloc[row, column])
        axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", size=9.5, color=INK)
    axes.tick_params(length=0)
    axes.tick_params(axis="y", rotation=0)
    axes.grid(visible=False)
