"""Rows of family E4: how signals and gradients change over depth at initialization."""

from itertools import product

import pandas as pd

from initbench.claims.adjudicators.e4_probe import UNIT, log_slopes
from initbench.claims.adjudicators.registry import adjudicates
from initbench.claims.adjudicators.runs import Cell, difference, measured
from initbench.statistics import Estimate, mean
from initbench.tables import Tables

WIDTHS = (2, 64, 256)
DIRECTIONS = ("forward", "backward")


@adjudicates("A26")
def signals_over_depth(tables: Tables) -> dict[str, Estimate]:
    """Return slopes of log10 rms over the layers of deep tanh nets for three inits.

    For each direction and width: the slope of orthogonal, of Xavier and of default, and the
    margin by which the size of default's exceeds twice the size of orthogonal's.
    """
    estimates = {}
    for direction, width in product(DIRECTIONS, WIDTHS):
        orthogonal, xavier, default = (
            slopes(tables, _cell(init, width), f"{direction}_rms")
            for init in ("orthogonal", "xavier_normal", "default_zero_bias")
        )
        name = f"{direction}_w{width}"
        estimates[name] = mean(orthogonal.to_numpy(), unit=UNIT)
        estimates[f"{name}_xavier"] = mean(xavier.to_numpy(), unit=UNIT)
        estimates[f"{name}_default"] = mean(default.to_numpy(), unit=UNIT)
        estimates[f"{name}_margin"] = difference(default.abs(), 2 * orthogonal.abs())
    return estimates


def slopes(tables: Tables, cell: Cell, quantity: str) -> "pd.Series[float]":
    """Return the least-squares slope of log10 of `quantity` over the layers, by seed."""
    sizes = measured(tables, cell, quantity, step=0)
    return log_slopes(sizes.rename(columns=lambda layer: int(layer.removeprefix("layers."))))


def _cell(init: str, width: int) -> Cell:
    return Cell("signal_tanh_depth", init, f"gaussian_{width}", f"tanh_mlp_w{width}_d128")
