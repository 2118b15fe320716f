"""Closed forms and maps that figures lay over measurements; NumPy and SciPy only."""
