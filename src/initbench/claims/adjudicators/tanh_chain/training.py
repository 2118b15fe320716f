"""Rows about learning on the tiny nets: losses, success rates, recipes, choices."""

import math

import numpy as np

from initbench.claims.adjudicators.kit.checks import checks_of
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import (
    Arm,
    curve_at,
    difference,
    final,
    reached,
    success,
    success_gain,
    success_rate,
)
from initbench.claims.adjudicators.tanh_chain.arms import POINT, chain
from initbench.claims.adjudicators.tanh_chain.ceiling import perfect_neighbours
from initbench.claims.adjudicators.tanh_chain.replay import final_accuracy
from initbench.statistics import Estimate, exact, median, proportion
from initbench.tables.read import Tables

DEFAULT = chain("default")
XAVIER = chain("xavier")
ORTHOGONAL = chain("orthogonal")
SHARED = chain("orthogonal_shared")
MINIBATCH = chain("default", "tiny_minibatch")
RECIPE_STEPS = 1000
EXACT = 1.0


@adjudicates("A01")
def yin_yang_task(tables: Tables) -> dict[str, Estimate]:
    """Return how far our moons are from scikit-learn's, and success on three planar tasks."""
    rates = {
        f"sr99_{dataset}": success_rate(tables, chain("orthogonal", dataset=dataset))
        for dataset in ("moons", "c_bands", "circles")
    }
    return {"array_difference": exact(float(checks_of(tables, "A01")["value"].max()))} | rates


@adjudicates("A04")
def falling_loss(tables: Tables) -> dict[str, Estimate]:
    """Return how often the test loss falls, and how far above ln 2 it ends."""
    start = curve_at(tables, DEFAULT, 0, "loss")
    end = final(tables, DEFAULT, "test_loss")
    return {
        "falling": proportion((end < start.reindex(end.index)).to_numpy(bool)),
        "excess_over_ln2": median(end.fillna(math.inf).to_numpy(float) - math.log(2)),
    }


@adjudicates("A05")
def stalled_accuracy(tables: Tables) -> dict[str, Estimate]:
    """Return success, median accuracy and the share of constant predictors, default init."""
    one_class = final(tables, DEFAULT, "predicted_classes") == 1
    return {
        "sr99": success_rate(tables, DEFAULT),
        "median_accuracy": median(final(tables, DEFAULT).to_numpy(float), step=POINT),
        "single_class": proportion(one_class.to_numpy(bool)),
    }


@adjudicates("A09")
def standardising_helps(tables: Tables) -> dict[str, Estimate]:
    """Return success of the orthogonal init with and without standardised inputs."""
    raw = chain("orthogonal", dataset="moons_raw")
    return {
        "difference": success_gain(tables, ORTHOGONAL, raw),
        "sr99_standardised": success_rate(tables, ORTHOGONAL),
        "sr99_raw": success_rate(tables, raw),
    }


@adjudicates("A10")
def standardising_is_not_the_cause(tables: Tables) -> dict[str, Estimate]:
    """Return success of the default init with and without standardised inputs."""
    return {
        "sr99_standardised": success_rate(tables, DEFAULT),
        "sr99_raw": success_rate(tables, chain("default", dataset="moons_raw")),
    }


@adjudicates("A11")
def other_recipes(tables: Tables) -> Measured:
    """Return what three other recipes add to the success of the default init."""
    after = reached(curve_at(tables, MINIBATCH, RECIPE_STEPS), 0.99)
    recipes = {
        "adam": chain("default", "tiny_adam"),
        "fast_sgd": chain("default", "tiny_sgd_fast"),
        "minibatch": MINIBATCH,
    }
    return {
        "gain": {name: success_gain(tables, arm, DEFAULT) for name, arm in recipes.items()},
        "minibatch_equal_updates": difference(after, success(tables, DEFAULT)),
    }


@adjudicates("A12")
def wider_net(tables: Tables) -> dict[str, Estimate]:
    """Return success of one hidden layer of eight, for two activations and three recipes."""
    recipes = {"sgd": "tiny_sgd", "fast_sgd": "tiny_sgd_fast", "adam": "tiny_adam"}
    return {
        f"{activation}_{name}": success_rate(
            tables, Arm(experiment, "default", "moons", f"net_2_8_2_{activation}")
        )
        for activation in ("tanh", "relu")
        for name, experiment in recipes.items()
    }


@adjudicates("A14")
def lucky_runs(tables: Tables) -> dict[str, Estimate]:
    """Return how many default runs end without a test error, under the recipe and Adam."""
    wins = success(tables, DEFAULT, EXACT).to_numpy(bool)
    adam = success(tables, chain("default", "tiny_adam"), EXACT).to_numpy(bool)
    return {
        "sr100": proportion(wins),
        "sr100_adam": proportion(adam),
        "perfect_runs": exact(float(np.sum(wins)), n=wins.size),
    }


@adjudicates("A18")
def xavier_helps_little(tables: Tables) -> dict[str, Estimate]:
    """Return what Xavier's init adds to success, and what the notebook's own seed 2 shows."""
    return {
        "difference": success_gain(tables, XAVIER, DEFAULT),
        "difference_shared": success_gain(tables, chain("xavier_shared"), DEFAULT),
        "sr99_xavier": success_rate(tables, XAVIER),
        "sr99_default": success_rate(tables, DEFAULT),
        "accuracy_seed_2": final_accuracy(tables, "xavier_seed_2"),
    }


@adjudicates("A19")
def orthogonal_is_consistent(tables: Tables) -> dict[str, Estimate]:
    """Return success of the orthogonal init, independent and shared, beside the ceiling."""
    return {
        "sr100": success_rate(tables, ORTHOGONAL, EXACT),
        "sr99": success_rate(tables, ORTHOGONAL),
        "sr100_shared": success_rate(tables, SHARED, EXACT),
        "sr99_shared": success_rate(tables, SHARED),
        "sr100_ceiling": proportion(perfect_neighbours(tables).to_numpy(bool)),
    }


@adjudicates("A20")
def orthogonal_beats_default(tables: Tables) -> dict[str, Estimate]:
    """Return what the orthogonal init adds to success over default and over Xavier."""
    return {
        "difference": success_gain(tables, ORTHOGONAL, DEFAULT),
        "over_xavier": success_gain(tables, ORTHOGONAL, XAVIER),
    }


@adjudicates("A35")
def one_matrix_for_all_layers(tables: Tables) -> dict[str, Estimate]:
    """Return the difference in success, shared minus independent orthogonal matrices."""
    return {"difference": success_gain(tables, SHARED, ORTHOGONAL)}


@adjudicates("A36")
def scaler_sees_the_test_points(tables: Tables) -> dict[str, Estimate]:
    """Return the difference in accuracy, leak-free minus leaky standardisation, two inits."""
    return {
        f"difference_{init}": difference(
            final(tables, chain(init, dataset="moons_leak_free")),
            final(tables, chain(init)),
        )
        for init in ("orthogonal", "default")
    }
