"""Rows on the branches of residual nets: smaller weights, a last layer of zeros."""

from typing import Any

import pandas as pd

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import (
    Arm,
    difference,
    final,
    success_gain,
    success_rate,
)
from initbench.statistics import GAIN, Estimate
from initbench.tables.read import Tables

DEEP = 64
SHALLOWER = (4, 16)
LEARNED = 0.80


def net(scheme: str, blocks: int = DEEP) -> Arm:
    """Return the arm of `blocks` residual blocks whose branches start by `scheme`."""
    # ReZero needs a net of its own, with a learned factor for each branch.
    kind = "residual_rezero" if scheme == "rezero" else "residual"
    return Arm("residual", f"residual_{scheme}", "mnist_5k", f"{kind}_b{blocks}")


@adjudicates("B85")
def smaller_branches(tables: Tables) -> dict[str, Estimate]:
    """Return what smaller branch weights add to success over plain He."""

    def gain(scheme: str, blocks: int = DEEP) -> Estimate:
        return success_gain(tables, net(scheme, blocks), net("he", blocks), LEARNED)

    schemes = ("scaled", "small", "fixup", "zero_last", "rezero")
    return {
        **{scheme: gain(scheme) for scheme in schemes},
        **{f"scaled_b{blocks}": gain("scaled", blocks) for blocks in SHALLOWER},
        "sr80_he": success_rate(tables, net("he"), LEARNED),
        "sr80_scaled": success_rate(tables, net("scaled"), LEARNED),
    }


@adjudicates("B86")
def last_layer_of_zeros(tables: Tables) -> dict[str, Estimate]:
    """Return what a last layer of zeros in each branch adds to accuracy over two other starts."""
    estimates = {}
    for blocks in (DEEP, *SHALLOWER):
        ends = {s: _accuracy(tables, s, blocks) for s in ("zero_last", "he", "scaled")}
        for rival in ("he", "scaled"):
            name = f"over_{rival}" if blocks == DEEP else f"over_{rival}_b{blocks}"
            estimates[name] = difference(ends["zero_last"], ends[rival], bounds=GAIN)
    return estimates | {"sr80": success_rate(tables, net("zero_last"), LEARNED)}


def _accuracy(tables: Tables, scheme: str, blocks: int) -> "pd.Series[Any]":
    return final(tables, net(scheme, blocks))
