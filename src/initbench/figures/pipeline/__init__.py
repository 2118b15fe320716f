"""Figures of the pipeline itself: the board of verdicts, and the controls."""
