"""Rows about signals and gradients over the layers of deep tanh nets, at initialization."""

from collections import defaultdict
from itertools import product

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.kit.probes import TINY, Net, by_layer
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import difference
from initbench.statistics import Estimate, exponential, mean
from initbench.tables.read import Tables

WIDTHS = (2, 64, 256)
INITS = {"orthogonal": "orthogonal", "xavier": "xavier_normal", "default": "default_zero_bias"}


def forward_decades(tables: Tables, net: Net) -> "pd.Series[float]":
    """Return by draw log10 of the states' rms in the last layer over that in the first."""
    return _decades(by_layer(tables, net, "second_moment")) / 2


def backward_decades(tables: Tables, net: Net) -> "pd.Series[float]":
    """Return by draw log10 of the gradients' rms in the first layer over that in the last."""
    return -_decades(by_layer(tables, net, "state_gradient_rms"))


def _decades(sizes: pd.DataFrame) -> "pd.Series[float]":
    ends: pd.DataFrame = sizes.iloc[:, [0, -1]].clip(lower=TINY).apply(np.log10)
    return ends.iloc[:, 1] - ends.iloc[:, 0]


DECADES = {"forward": forward_decades, "backward": backward_decades}


@adjudicates("A26")
def signals_over_depth(tables: Tables) -> Measured:
    """Return the factor over the depth of states and gradients for three inits, by width.

    Beside it by how many decades default's and Xavier's factors are further from one than that of
    orthogonal weights.
    """
    found: dict[str, dict[str, Estimate]] = defaultdict(dict)
    for (direction, decades), width in product(DECADES.items(), WIDTHS):
        key = f"{direction}_w{width}"
        by_init = {
            name: decades(tables, Net(init, "tanh", "signal_tanh_depth", width))
            for name, init in INITS.items()
        }
        for name, values in by_init.items():
            found[name][key] = exponential(mean(values.to_numpy() * np.log(10)))
        for name in ("default", "xavier"):
            excess = difference(by_init[name].abs(), by_init["orthogonal"].abs())
            found[f"over_{name}"][key] = excess
    return found
