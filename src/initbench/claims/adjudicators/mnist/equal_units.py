"""Rows of document B that runs on MNIST decide: equal units, gradients, small random weights."""

from collections.abc import Iterable
from functools import partial

from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, final, measured, success_rate
from initbench.claims.adjudicators.mnist.arms import (
    CONSTANTS,
    ablation,
    at_end,
    constant_arms,
    distinct_units,
    extreme,
    main,
)
from initbench.statistics import Estimate, exact, mean, median
from initbench.tables.read import Tables

EQUAL = [main(init) for init in ("zeros", "ones", "minus_ones")]
COMPARED = ("c_minus_1", "c_0_01", "c_0_05", "c_0_1", "c_0_5", "c_1")
# In single precision gradients that cancel leave a rest of this share of the largest one, or less.
ROUNDING = 1e-6


@adjudicates("B06")
def different_features(tables: Tables) -> dict[str, Estimate]:
    """Return how different the units of the first layer end, from random and constant starts."""
    random = partial(at_end, tables, main("default"), layer="fc1.weight")
    equal = [at_end(tables, arm, "distinct_rows", "fc1.weight").max() for arm in constant_arms()]
    at_start = measured(tables, main("default"), "median_abs_cosine", step=0)["fc1.weight"]
    return {
        "constant_rows": exact(float(max(equal))),
        "random_rows": exact(float(random(quantity="distinct_rows").min())),
        "random_cosine": median(random(quantity="median_abs_cosine").to_numpy(float)),
        "start_cosine": median(at_start.to_numpy(float)),
    }


@adjudicates("B09")
def equal_units(tables: Tables) -> Measured:
    """Return the largest number of different units, and of different inputs to a unit."""
    arms = constant_arms()
    inputs = [extreme(tables, arm, "distinct_columns", "fc1.weight") for arm in arms]
    return {
        "units": distinct_units(tables, arms),
        "input_columns": exact(max(inputs)),
        "runs": exact(float(sum(len(final(tables, arm)) for arm in arms))),
    }


def most_units(tables: Tables, arms: Iterable[Arm]) -> Estimate:
    """Return the largest number of different units of any layer, over runs and steps."""
    return max(distinct_units(tables, arms).values(), key=lambda units: units.value)


@adjudicates("B11")
def unbroken_symmetry(tables: Tables) -> Measured:
    """Return the largest number of different units without and with something random."""
    variants = {
        "plain": EQUAL,
        "dropout": [ablation("constant_0.1", "mnist_net_dropout")],
        "random_biases": [ablation("constant_0.1_random_bias")],
        "zero_weights": [ablation("zero_weights")],
    }
    return {"units": {name: most_units(tables, arms) for name, arms in variants.items()}}


def with_gradient(tables: Tables, arm: Arm) -> set[str]:
    """Return the names of the tensors that get a gradient at the first step of any run."""
    norms = measured(tables, arm, "gradient_norm", step=0)
    above = norms.gt(ROUNDING * norms.max(axis=1), axis=0).any()
    return {str(name) for name, reached in above.items() if reached}


@adjudicates("B15")
def zero_as_any_value(tables: Tables) -> dict[str, Estimate]:
    """Return how many tensors get a gradient from zero or from a constant, but not from both."""
    zero = with_gradient(tables, ablation("zeros"))
    differing = {
        name: len(zero ^ with_gradient(tables, ablation(CONSTANTS[name]))) for name in COMPARED
    }
    counts = differing | {"zero": len(zero), "most": max(differing.values())}
    return {name: exact(float(count)) for name, count in counts.items()}


@adjudicates("B17")
def small_random_weights(tables: Tables) -> dict[str, Estimate]:
    """Return how different the units become from N(0, 0.01²), and how often that net learns."""
    small = ablation("normal_0.01")

    def rank(arm: Arm) -> Estimate:
        return mean(at_end(tables, arm, "effective_rank", "fc1.weight").to_numpy(float))

    return {
        "rows": exact(float(at_end(tables, small, "distinct_rows", "fc1.weight").min())),
        "sr90": success_rate(tables, small, 0.90),
        "rank": rank(small),
        "default_rank": rank(ablation("default")),
    }
