"""Figures: one function a figure, drawn from the tables, saved as SVG with its CSV."""
