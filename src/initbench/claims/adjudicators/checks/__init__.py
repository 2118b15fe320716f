"""Formulas, shapes, first steps and references, checked without training."""
