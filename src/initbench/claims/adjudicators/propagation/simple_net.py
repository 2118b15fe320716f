"""Rows of document B about its SimpleNet: what five inits do to the values in three layers."""

from itertools import combinations

import numpy as np

from initbench.claims.adjudicators.kit.probes import layered, picked
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.statistics import Estimate, exact, median, proportion
from initbench.statistics.estimate import FloatArray
from initbench.tables.read import Tables

INITS = {
    "default": "default",
    "xavier": "xavier_normal",
    "he": "he_normal",
    "small": "normal_0.01",
    "large": "normal_1",
}
BY_SCALE = ("small", "default", "xavier", "he", "large")
FIRST, LAST = 1, 3
LAYERS = (1, 2, 3)
# Typical standard deviations over samples and units of the first and last layer, random biases; the
# recursions of second moment and covariance (Cho and Saul 2009, Eq. 6) give them within 2 %.
PREDICTED = {
    "default": (0.580, 0.111),
    "xavier": (1.00, 0.655),
    "he": (1.41, 1.39),
    "small": (0.115, 0.054),
    "large": (10.0, 489.0),
}


def deviations(tables: Tables, name: str, layer: int) -> FloatArray:
    """Return the standard deviation in `layer` of SimpleNet under one of INITS, by draw."""
    keys = {"init": INITS[name], "variant": "default", "quantity": "std"}
    return layered(picked(tables, "simple_net", **keys))[layer].to_numpy()


@adjudicates("B60")
def distributions_differ(tables: Tables) -> dict[str, Estimate]:
    """Return how many of the ten pairs of inits have disjoint 95 % ranges in the last layer."""
    found = {name: deviations(tables, name, LAST) for name in INITS}
    ranges = [np.quantile(values, (0.025, 0.975)) for values in found.values()]
    apart = sum(a[1] < b[0] or b[1] < a[0] for a, b in combinations(ranges, 2))
    draws = min(values.size for values in found.values())
    return {"separated": exact(float(apart), n=draws)} | {
        name: median(values) for name, values in found.items()
    }


@adjudicates("B62")
def summary_boxes(tables: Tables) -> Measured:
    """Return how often the standard deviations put the inits in order.

    Beside it the share of draws with at most the predicted one.
    """
    return {
        "ordered": _in_order(tables, LAST),
        "ordered_first": _in_order(tables, FIRST),
        "predicted": {
            f"{name}_layer_{layer}": proportion(deviations(tables, name, layer) <= predicted)
            for name, both in PREDICTED.items()
            for layer, predicted in zip((FIRST, LAST), both, strict=True)
        },
    }


def _in_order(tables: Tables, layer: int) -> Estimate:
    """Return the share of draws whose standard deviations in `layer` rise with the inits' scale."""
    rising = np.stack([deviations(tables, name, layer) for name in BY_SCALE])
    return proportion((np.diff(rising, axis=0) > 0).all(axis=0))
