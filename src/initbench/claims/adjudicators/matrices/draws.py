"""Picks from the tables of random matrices what the adjudicators compare."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pandas as pd

from initbench.errors import InitbenchError
from initbench.statistics import Estimate, proportion, undefined
from initbench.tables.read import Tables

SIZE = 5  # of document C's matrices
OTHER_SIZES = (2, 3, 10, 20, 50, 100)
Flags = Callable[[pd.DataFrame], "pd.Series[bool]"]


def gaussian(tables: Tables, size: int = SIZE) -> pd.DataFrame:
    """Return the draws of Gaussian matrices of `size`, a row a draw."""
    return _ensemble(tables, f"gaussian_{size}")


def document(tables: Tables) -> pd.DataFrame:
    """Return the draws of document C's own matrix, a row a start."""
    return _ensemble(tables, "document_c")


def _ensemble(tables: Tables, name: str) -> pd.DataFrame:
    draws = tables.matrices("draws")
    rows = draws[draws["ensemble"] == name]
    if rows.empty:
        raise InitbenchError(
            f"The table of draws holds no ensemble '{name}'; add it to `matrices` in config.yaml."
        )
    return rows


def of_type(draws: pd.DataFrame, dominant: str) -> pd.DataFrame:
    """Return the draws whose dominant eigenvalue is "real", or is a "complex" pair."""
    return draws[draws["dominant"] == dominant]


def share(flags: "pd.Series[bool]") -> Estimate:
    """Return the share of draws for which `flags` is true."""
    return proportion(flags.to_numpy(bool))


def by_size(
    tables: Tables, flags: Flags, sizes: Iterable[int] = OTHER_SIZES
) -> dict[str, Estimate]:
    """Return the share of Gaussian draws with `flags` by size."""
    return {str(size): share(flags(gaussian(tables, size))) for size in sizes}


def without_interval(value: float, n: int, method: str) -> Estimate:
    """Return a number over `n` draws that is shown beside others and has no interval."""
    return replace(undefined(n), value=float(value), method=method)
