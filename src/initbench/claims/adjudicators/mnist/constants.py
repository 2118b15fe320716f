"""Rows of document D about starts where every parameter has one value."""

from initbench.claims.adjudicators.kit.extremes import (
    highest_lower,
    highest_upper,
    lowest_lower,
    lowest_upper,
)
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, final, mean_accuracy
from initbench.claims.adjudicators.mnist.arms import CONSTANTS, ablation, inside, main
from initbench.statistics import GAIN, Estimate, exact, proportion
from initbench.tables.read import Tables

ONES = main("ones")
ONES_LONG = Arm("mnist_ones_long", "ones", "mnist", "mnist_net")
IN_MAIN = ("c_0", "c_1", "c_minus_1")
SHORT = ("c_0_5", "c_0_1", "c_0_05", "c_0_01")
ACTIVATIONS = ("tanh", "leaky", "sigmoid")


@adjudicates("D02")
def nothing_learned(tables: Tables) -> dict[str, Estimate]:
    """Return the final accuracy from seven constants, and the extremes among them."""
    arms = {name: main(CONSTANTS[name]) for name in IN_MAIN}
    arms |= {name: ablation(CONSTANTS[name]) for name in SHORT}
    means = {name: mean_accuracy(tables, arm) for name, arm in arms.items()}
    return means | {
        "highest": highest_upper(means.values()),
        "clearest": highest_lower(means.values()),
        "lowest": lowest_lower(means.values()),
    }


@adjudicates("D24")
def ones_against_zeros(tables: Tables) -> dict[str, Estimate]:
    """Return what all ones gain over all zeros."""
    zeros = main("zeros")
    return {
        "difference": difference(final(tables, ONES), final(tables, zeros), bounds=GAIN),
        "ones": mean_accuracy(tables, ONES),
        "zeros": mean_accuracy(tables, zeros),
    }


@adjudicates("D25")
def ones_against_default(tables: Tables) -> dict[str, Estimate]:
    """Return what all ones lose to the baseline."""
    return {
        "difference": difference(final(tables, main("default")), final(tables, ONES), bounds=GAIN)
    }


@adjudicates("D26")
def ones_plateau(tables: Tables) -> dict[str, Estimate]:
    """Return how often all ones end between 20 and 40 %, after 10 and after 30 epochs."""

    def in_band(arm: Arm) -> Estimate:
        return proportion(inside(final(tables, arm), 0.20, 0.40).to_numpy(bool))

    return {
        "in_band": in_band(ONES),
        "in_band_30": in_band(ONES_LONG),
        "final": mean_accuracy(tables, ONES),
        "final_30": mean_accuracy(tables, ONES_LONG),
    }


@adjudicates("D27")
def other_constants(tables: Tables) -> Measured:
    """Return how the other nonzero constants compare with one."""
    ones = final(tables, ablation("ones"))
    gaps = {
        init: difference(final(tables, ablation(init)), ones, bounds=GAIN)
        for init in CONSTANTS.values()
        if init not in ("zeros", "ones")
    }
    furthest = max(gaps.values(), key=lambda gap: abs(gap.value))
    return {"difference": gaps, "furthest": furthest}


@adjudicates("D34")
def capacity_of_equal_units(tables: Tables) -> dict[str, Estimate]:
    """Return what constant starts reach, and what one unit a hidden layer can reach."""
    means = {name: mean_accuracy(tables, ablation(init)) for name, init in CONSTANTS.items()}
    width_1 = ablation("default", "mnist_width_1")
    best = final(tables, width_1)
    return {
        "highest": highest_upper(means.values()),
        "clearest": highest_lower(means.values()),
        "capacity": exact(float(best.max()), n=len(best)),
        "width_1": mean_accuracy(tables, width_1),
    }


def _loss(tables: Tables, init: str, architecture: str = "mnist_net") -> Estimate:
    default = final(tables, ablation("default", architecture))
    return difference(default, final(tables, ablation(init, architecture)), bounds=GAIN)


@adjudicates("D38")
def constants_underperform(tables: Tables) -> dict[str, Estimate]:
    """Return what constant starts lose to default, over nets, and two possible exceptions."""
    other = {name: _loss(tables, "zeros", f"mnist_net_{name}") for name in ACTIVATIONS}
    hidden = other | {name: _loss(tables, init) for name, init in CONSTANTS.items()}
    return other | {
        "weakest": lowest_lower(hidden.values()),
        "closest": lowest_upper(hidden.values()),
        "strongest": highest_lower(hidden.values()),
        "furthest": highest_upper(hidden.values()),
        "softmax": _loss(tables, "zeros", "softmax_regression"),
        "head": _loss(tables, "constant_head"),
    }
