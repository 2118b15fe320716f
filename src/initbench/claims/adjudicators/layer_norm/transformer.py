"""Row B80: tiny Transformers with and without LayerNorm."""

from collections.abc import Sequence

import pandas as pd

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, final
from initbench.statistics import GAIN, SHARE, Estimate, mean
from initbench.tables.read import Tables

SCALES = {"x0_1": "transformer_x0.1", "x1": "transformer_x1", "x10": "transformer_x10"}
ALL_SCALES = tuple(SCALES.values())
PLACES = ("pre", "post", "none")
DEEP, SHALLOW = 8, 2


@adjudicates("B80")
def layer_norm_in_transformers(tables: Tables) -> dict[str, Estimate]:
    """Return what LayerNorm adds to accuracy over the mean of three scales, and beside it."""
    ends = {place: accuracy(tables, place) for place in PLACES}
    return {
        "pre": difference(ends["pre"], ends["none"], bounds=GAIN),
        "post": difference(ends["post"], ends["none"], bounds=GAIN),
        "pre_l2": _gain(tables, SHALLOW, ALL_SCALES),
        **{f"pre_{name}": _gain(tables, DEEP, [init]) for name, init in SCALES.items()},
        **{f"accuracy_{place}": mean(end.to_numpy(), bounds=SHARE) for place, end in ends.items()},
    }


def accuracy(
    tables: Tables, place: str, layers: int = DEEP, inits: Sequence[str] = ALL_SCALES
) -> "pd.Series[float]":
    """Return by seed the final test accuracy, averaged over `inits`."""
    name = f"transformer_{place}_l{layers}"
    ends = [final(tables, Arm("transformer", init, "mnist_rows_5k", name)) for init in inits]
    return pd.concat(ends, axis=1, join="inner").mean(axis=1)


def _gain(tables: Tables, layers: int, inits: Sequence[str]) -> Estimate:
    pre, none = (accuracy(tables, place, layers, inits) for place in ("pre", "none"))
    return difference(pre, none, bounds=GAIN)
