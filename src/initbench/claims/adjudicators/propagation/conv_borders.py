"""Row B50: whether Xavier and He keep the variance of a stack of convolutions, by region."""

from initbench.claims.adjudicators.kit.extremes import highest_upper, lowest_lower
from initbench.claims.adjudicators.kit.probes import layered, picked
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.statistics import Estimate, mean
from initbench.tables.read import Tables

# Second moment before the nonlinearity that the formulas promise for inputs of second moment 1.
TARGETS = {"xavier_normal": 1.0, "he_normal": 2.0}
REGIONS = ("interior", "edge", "corner", "centre")


@adjudicates("B50")
def conv_variance(tables: Tables) -> Measured:
    """Return the lowest and highest mean second moment over its target, by region.

    Over ten layers and both inits; `whole` is the mean of all pixels after the tenth layer.
    """
    found = {
        region: [e for init in TARGETS for e in _by_layer(tables, init, region)]
        for region in REGIONS
    }
    return {
        "lowest": {region: lowest_lower(means) for region, means in found.items()},
        "highest": {region: highest_upper(means) for region, means in found.items()},
        "whole": lowest_lower(_whole(tables, init) for init in TARGETS),
    }


def _by_layer(tables: Tables, init: str, region: str) -> list[Estimate]:
    """Return the mean over draws of second moment / target, one a layer."""
    rows = picked(tables, "conv_borders", init=init, variant=region, quantity="second_moment")
    table = layered(rows) / TARGETS[init]
    return [mean(table[layer]) for layer in table.columns]


def _whole(tables: Tables, init: str) -> Estimate:
    pixels = picked(tables, "conv_borders", init=init, quantity="map", layer=10)
    return mean(pixels.groupby("seed")["value"].mean() / TARGETS[init])
