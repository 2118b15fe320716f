"""Figures: one function a figure, drawn from the tables, saved as SVG with its CSV."""

from initbench.figures.board import draw_board
from initbench.figures.registry import Drawing, FigureSpec, figure, find, registry
from initbench.figures.save import save, save_png, svg

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
