"""Rows about signals and gradients over the layers of deep tanh nets, at initialization."""

from itertools import product

import pandas as pd

from initbench.claims.adjudicators.kit.probes import UNIT, Net, by_layer, log_slopes
from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import difference
from initbench.statistics import Estimate, mean
from initbench.tables.read import Tables

WIDTHS = (2, 64, 256)


def forward_slopes(tables: Tables, net: Net) -> "pd.Series[float]":
    """Return by draw the slope over the layers of log10 of the states' rms."""
    return log_slopes(by_layer(tables, net, "second_moment")) / 2


def backward_slopes(tables: Tables, net: Net) -> "pd.Series[float]":
    """Return by draw the slope over the layers of log10 of the rms of a readout's gradient."""
    return log_slopes(by_layer(tables, net, "state_gradient_rms"))


SLOPES = {"forward": forward_slopes, "backward": backward_slopes}


@adjudicates("A26")
def signals_over_depth(tables: Tables) -> dict[str, Estimate]:
    """Return slopes of log10 rms over the layers of deep tanh nets for three inits.

    For each direction and width: the slope of orthogonal, of Xavier and of default, and the
    margin by which the size of default's exceeds twice the size of orthogonal's.
    """
    estimates = {}
    for direction, width in product(SLOPES, WIDTHS):
        orthogonal, xavier, default = (
            SLOPES[direction](tables, Net(init, "tanh", "signal_tanh_depth", width))
            for init in ("orthogonal", "xavier_normal", "default_zero_bias")
        )
        name = f"{direction}_w{width}"
        estimates[name] = mean(orthogonal.to_numpy(), unit=UNIT)
        estimates[f"{name}_xavier"] = mean(xavier.to_numpy(), unit=UNIT)
        estimates[f"{name}_default"] = mean(default.to_numpy(), unit=UNIT)
        estimates[f"{name}_margin"] = difference(default.abs(), 2 * orthogonal.abs())
    return estimates
