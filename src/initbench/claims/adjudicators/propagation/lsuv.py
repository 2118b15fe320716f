"""Rows of document B about LSUV: the variances it reaches and how it follows its inputs."""

import pandas as pd

from initbench.claims.adjudicators.kit.extremes import highest_upper, named
from initbench.claims.adjudicators.kit.probes import Net, by_layer, layered, picked
from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.statistics import Estimate, exact, median
from initbench.tables.read import Tables

PROBE = "lsuv_report"
UNSCALED = "1"
VARIANTS = {"0.1": 0.1, UNSCALED: 1.0, "10": 10.0}  # standard deviations of the inputs
ODD = ("identity", "tanh")  # φ(−z) = −φ(z)
OTHER = ("sigmoid", "relu", "elu", "gelu", "silu")


@adjudicates("B43")
def unit_variance(tables: Tables) -> dict[str, Estimate]:
    """Return how far LSUV's layers are from unit variance, on its own batch and on another one.

    Of each draw the worst layer counts, and of the activations the one whose interval reaches
    farthest up. Beside them stands the variance after the nonlinearity in layer 20.
    """
    batches = ("calibration", "heldout")
    after = {name: by_layer(tables, Net("lsuv", name), "variance")[20] for name in ("relu", "tanh")}
    return {batch: highest_upper(_deviations(tables, batch)) for batch in batches} | {
        f"after_{name}": median(values) for name, values in after.items()
    }


def _deviations(tables: Tables, batch: str) -> list[Estimate]:
    """Return for each activation the median over draws of the largest |variance − 1| of a layer."""
    keys = {"variant": UNSCALED, "quantity": f"variance_{batch}"}
    return [
        named(median((layered(rows) - 1).abs().max(axis=1)), str(activation))
        for activation, rows in picked(tables, PROBE, **keys).groupby("activation", observed=True)
    ]


@adjudicates("B45")
def scale_factors(tables: Tables) -> dict[str, Estimate]:
    """Return the largest relative change of LSUV's factors where inputs are scaled.

    In the first layer the change is that of the factor times the scale of the inputs.
    """
    odd = pd.concat([_changes(tables, name) for name in ODD])
    other = pd.concat([_changes(tables, name) for name in OTHER])
    return {
        "first_layer": _largest(odd[[1]]),
        "later_layers": _largest(odd.drop(columns=1)),
        "other_activations": _largest(other),
    }


def _largest(changes: pd.DataFrame) -> Estimate:
    return exact(float(changes.to_numpy().max()), n=changes.index.nunique())


def _changes(tables: Tables, activation: str) -> pd.DataFrame:
    """Return |factor / factor for unscaled inputs − 1|, (scales · draws) x layers."""
    rows = picked(tables, PROBE, activation=activation, quantity="scale_factor")
    factors = {variant: layered(rows[rows["variant"] == variant]) for variant in VARIANTS}
    changes = []
    for variant, scale in VARIANTS.items():
        relative = factors[variant] / factors[UNSCALED]
        relative[1] *= scale
        changes.append((relative - 1).abs())
    return pd.concat(changes)
