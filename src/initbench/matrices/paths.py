"""Bands over draws of how the norm and the quotient change from step to step."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from initbench.matrices.ensembles import Array
from initbench.matrices.products import log_norms

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
EVERY_STEP, COARSE = 100, 10  # each step at first, then every tenth


def paths(histories: Mapping[str, Array], dominant: NDArray[np.str_]) -> pd.DataFrame:
    """Return quantiles over draws at each recorded step, for all draws and by type of dominant.

    `histories` maps each kind to ln(|x_N|/|x_{N-1}|) (n, steps), NaN rows for draws without it;
    `dominant` (n,) holds "real" or "complex". Columns: kind, dominant, quantity ("log10_norm" or
    "quotient"), step, n and the five quantiles, each a value that occurs.
    """
    parts = [
        table.assign(kind=kind, dominant=group)
        for kind, quotients in histories.items()
        for group, chosen in _groups(quotients, dominant)
        for table in _tables(chosen)
    ]
    keys = ["kind", "dominant", "quantity", "step", "n"]
    return pd.concat(parts, ignore_index=True)[[*keys, *QUANTILES]]


def _groups(quotients: Array, dominant: NDArray[np.str_]) -> Iterator[tuple[str, Array]]:
    known = ~np.isnan(quotients[:, 0])
    types = dominant[: len(quotients)]
    for group in ("all", "real", "complex"):
        chosen = quotients[known & ((types == group) | (group == "all"))]
        if len(chosen):
            yield group, chosen


def _tables(quotients: Array) -> Iterator[pd.DataFrame]:
    last = quotients.shape[1]
    steps = np.r_[: min(last, EVERY_STEP) + 1, EVERY_STEP + COARSE : last + 1 : COARSE]
    logs = log_norms(quotients)[:, steps] / np.log(10)
    yield _table("log10_norm", steps, logs)
    yield _table("quotient", steps[1:], np.exp(quotients[:, steps[1:] - 1]))


def _table(quantity: str, steps: NDArray[np.intp], values: Array) -> pd.DataFrame:
    # Values that occur need no interpolation, which minus infinity would spoil.
    rows = np.quantile(values, list(QUANTILES.values()), axis=0, method="inverted_cdf")
    columns = dict(zip(QUANTILES, rows, strict=True))
    identity = {"quantity": quantity, "step": steps.astype(np.int32)}
    return pd.DataFrame({**identity, "n": np.int32(len(values)), **columns})
