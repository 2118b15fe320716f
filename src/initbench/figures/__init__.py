"""Figures: one function a figure, drawn from the tables, saved as SVG with its CSV."""

from initbench.figures.kit.registry import Drawing, FigureSpec, figure, find, registry
from initbench.figures.kit.save import save, save_png, svg
from initbench.figures.pipeline.verdict_board import draw_board

__all__ = [
    "Drawing",
    "FigureSpec",
    "draw_board",
    "figure",
    "find",
    "registry",
    "save",
    "save_png",
    "svg",
]
