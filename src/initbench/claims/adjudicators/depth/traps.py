"""Rows on nets that do not learn: kicked out of a stuck state, or started at zero."""

from itertools import product

import numpy as np
import numpy.typing as npt

from initbench.claims.adjudicators.depth.arms import (
    DATASET,
    DECISIVE,
    DEPTHS,
    FIXED,
    net,
    share_learned,
)
from initbench.claims.adjudicators.kit.extremes import highest_upper, lowest_lower, named
from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import ROUNDING, Arm, mean_accuracy, select, success
from initbench.claims.adjudicators.mnist.arms import ablation
from initbench.statistics import Estimate, exact, proportion
from initbench.tables.read import Tables
from initbench.theory.baselines import MAJORITY_SHARE

# What is kicked, by where: the experiments' name without the noise, the kick's epoch, the arm.
STUCK = {
    "mnist_zeros": ("mnist_kick", 1, "zeros", "mnist", "mnist_net"),
    "mnist_zero_fc1": ("mnist_kick", 1, "zero_fc1", "mnist", "mnist_net"),
    "relu_zeros": ("mlp_kick", 2, "zeros", DATASET, "mlp_relu_d10"),
    "tanh_zeros": ("mlp_kick", 2, "zeros", DATASET, "mlp_tanh_d10"),
    "relu_small": ("mlp_kick", 2, "normal_0.01", DATASET, "mlp_relu_d10"),
    "tanh_small": ("mlp_kick", 2, "normal_0.01", DATASET, "mlp_tanh_d10"),
}
NOISES = ("1e-4", "1e-3", "1e-2", "1e-1")
FREED = 0.50  # as in D37, which looks at the same kicks
NOT_LEARNED = MAJORITY_SHARE + 0.01
FLAT = -1e-6  # eigenvalues below count as negative curvature
TWO_HIDDEN = ("mnist_net", "mnist_net_tanh", "mnist_net_leaky", "mnist_net_sigmoid")


@adjudicates("B04")
def kicked_out_of_stuck_states(tables: Tables) -> Measured:
    """Return how often noise frees stuck runs, by its size and net, and the curvature there."""
    by_noise = {noise: {state: freed(tables, state, noise) for state in STUCK} for noise in NOISES}
    all_runs = sum(len(success(tables, _kicked(state, "1e-3")[0])) for state in STUCK)
    stuck = sum(map(len, by_noise["1e-3"].values()))
    controls = {f"{name}_small": net(name, 10, "normal_0.01", FIXED) for name in DECISIVE}
    return {
        **{
            f"freed_{noise.replace('-', '_')}": {
                name: proportion(runs) for name, runs in by.items()
            }
            for noise, by in by_noise.items()
        },
        "alone": {
            name: proportion(success(tables, arm, FREED).to_numpy(bool))
            for name, arm in controls.items()
        },
        "stuck": exact(stuck / all_runs, n=all_runs),
        **_curvature(tables),
    }


def _kicked(state: str, noise: str) -> tuple[Arm, int]:
    """Return the arm of a stuck state with a kick of this size, and the epoch of the kick."""
    experiment, epoch, *names = STUCK[state]
    return Arm(f"{experiment}_{noise}", *names), epoch


def freed(tables: Tables, state: str, noise: str) -> npt.NDArray[np.bool_]:
    """Return which of the runs that were stuck before the kick end with half of the images right.

    Stuck: right at most one point above the largest class while the epoch before the kick ran.
    """
    arm, epoch = _kicked(state, noise)
    rows = select(tables.curves(arm.experiment), arm)
    before = rows[(rows["split"] == "running") & (rows["epoch"] == epoch)]
    accuracy = before.set_index("seed")["accuracy"].astype(float)
    stuck = accuracy.index[accuracy <= NOT_LEARNED + ROUNDING]
    return success(tables, arm, FREED).reindex(stuck).to_numpy(bool)


def _curvature(tables: Tables) -> dict[str, Estimate]:
    """Return the extreme eigenvalues of the Hessian, the share below zero, the largest gradient."""
    table = tables.probe("curvature")
    found = {name: rows["value"].to_numpy(float) for name, rows in table.groupby("quantity")}
    lowest = found["min_eigenvalue"]
    return {
        "min_eigenvalue": exact(float(lowest.min()), n=len(lowest)),
        "max_eigenvalue": exact(float(found["max_eigenvalue"].max()), n=len(lowest)),
        "gradient": exact(float(found["gradient_norm"].max()), n=len(lowest)),
        "negative": proportion(lowest < FLAT),
    }


@adjudicates("B13")
def zeros_in_deep_nets(tables: Tables) -> dict[str, Estimate]:
    """Return how often nets learn from zeros by depth, and how well softmax regression does."""
    arms = {
        f"{activation}_d{depth}": net(activation, depth, "zeros")
        for activation, depth in product(DECISIVE, (1, *DEPTHS))
    }
    arms |= {name: ablation("zeros", name) for name in TWO_HIDDEN}
    shares = {name: named(share_learned(tables, arm), name) for name, arm in arms.items()}
    return shares | {
        "highest": highest_upper(shares.values()),
        "lowest": lowest_lower(shares.values()),
        "softmax": mean_accuracy(tables, ablation("zeros", "softmax_regression")),
    }
