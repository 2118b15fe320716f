"""Row C20 of family E6: layers of spectral radius one against matched inits in trained nets."""

from itertools import product

from initbench.claims.adjudicators.e2_runs import (
    highest_lower,
    highest_upper,
    lowest_lower,
    lowest_upper,
)
from initbench.claims.adjudicators.e6_runs import DATASET, net
from initbench.claims.adjudicators.registry import adjudicates
from initbench.claims.adjudicators.runs import Cell, difference, final
from initbench.statistics import Estimate
from initbench.tables import Tables

MATCHED = {"identity": "xavier_normal", "tanh": "xavier_normal", "relu": "he_normal"}
WIDTHS = (5, 64)
DEPTHS = (10, 30)


@adjudicates("C20")
def spectral_radius_in_deep_nets(tables: Tables) -> dict[str, Estimate]:
    """Return what layers of spectral radius one gain in test accuracy, and the extreme cells."""
    gains = {
        f"{activation}_w{width}_d{depth}": gain(tables, activation, width, depth)
        for activation, width, depth in product(MATCHED, WIDTHS, DEPTHS)
    }
    return gains | {
        "weakest": lowest_lower(gains),
        "strongest": highest_lower(gains),
        "furthest_below": lowest_upper(gains),
        "least_below": highest_upper(gains),
    }


def gain(tables: Tables, activation: str, width: int, depth: int) -> Estimate:
    """Return the paired difference in final test accuracy from the better matched init."""
    spectral, *matched = (
        final(tables, cell(activation, width, depth, init))
        for init in ("spectral_radius", MATCHED[activation], "orthogonal_gained")
    )
    return difference(spectral, max(matched, key=lambda accuracy: float(accuracy.mean())))


def cell(activation: str, width: int, depth: int, init: str) -> Cell:
    """Return the cell of a net; those of 64 units belong to document B's bed."""
    if width == WIDTHS[-1]:
        return net(activation, depth, init)
    return Cell("mlp_spectral", init, DATASET, f"mlp_{activation}_w{width}_d{depth}")
