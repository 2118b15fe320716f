"""Row B59: the output's bias set to the log of the class frequencies."""

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from initbench.claims.adjudicators.kit.registry import Measured, adjudicates
from initbench.claims.adjudicators.kit.runs import Arm, difference, select
from initbench.datasets.gaussian_classes import frequencies
from initbench.statistics import GAIN, Estimate, exact, mean
from initbench.tables.read import Tables

# The data sets' numbers of classes, and how much rarer the last class is than the first.
CLASSES = {"imbalanced_99_1": (2, 99.0), "long_tail_10": (10, 100.0)}
NETS = {
    "linear_imbalanced": "imbalanced_99_1",
    "mlp_imbalanced": "imbalanced_99_1",
    "linear_long_tail": "long_tail_10",
    "mlp_long_tail": "long_tail_10",
}
PRIORS = {"imbalanced_99_1": "output_prior_99_1", "long_tail_10": "output_prior_long_tail"}
IMPROVEMENT = 0.9


def arm(net: str, bias: str) -> Arm:
    """Return the arm of `net` whose output bias starts as `bias`: zero, default or prior."""
    init = PRIORS[NETS[net]] if bias == "prior" else f"output_{bias}"
    return Arm("output_bias", init, NETS[net], net)


@adjudicates("B59")
def output_bias_of_class_frequencies(tables: Tables) -> Measured:
    """Return the first loss over the entropy of the classes, the steps saved, and the balance."""
    zero, prior = (
        {net: losses(tables, arm(net, bias)) for net in NETS} for bias in ("zero", "prior")
    )
    first = {net: loss[0] / entropy(net) for net, loss in prior.items()}
    deviations = [(loss - 1).abs().max() for loss in first.values()]
    return {
        "deviation": exact(float(np.max(deviations)), n=len(next(iter(first.values())))),
        "saving": {net: saving(prior[net], zero[net]) for net in NETS},
        "first_prior": {net: mean(loss.to_numpy()) for net, loss in first.items()},
        "first_zero": {net: mean((zero[net][0] / entropy(net)).to_numpy()) for net in NETS},
        "balanced": {net: balance_gain(tables, net) for net in NETS},
    }


def entropy(net: str) -> float:
    """Return the entropy in nats of the class shares that `net` is trained on."""
    return float(stats.entropy(frequencies(*CLASSES[NETS[net]])))


def losses(tables: Tables, net: Arm) -> pd.DataFrame:
    """Return the test loss as a table seeds x steps."""
    rows = select(tables.curves(net.experiment), net)
    rows = rows[rows["split"] == "test"]
    return rows.pivot(index="seed", columns="step", values="loss").astype(float)


def saving(prior: pd.DataFrame, zero: pd.DataFrame) -> Estimate:
    """Return the share of steps saved on the way to 90 % of the improvement from zero bias.

    Both starts of a seed have one goal: the loss, seeds x steps, that `zero` has when it has made
    90 % of its own improvement.
    """
    goal = zero[0] - IMPROVEMENT * (zero[0] - zero.iloc[:, -1])
    saved = 1 - steps_to(prior, goal) / steps_to(zero, goal)
    # Kept as differences from zero, so that the share can be tested like any paired effect.
    steps = prior.columns.to_numpy(float)
    longest = float(steps[-1] / steps[1])
    return difference(saved, 0 * saved, bounds=(1 - longest, 1.0))


def steps_to(loss: pd.DataFrame, goal: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return the first evaluated step with at most the loss `goal`, by seed; else the last one."""
    below = loss.le(goal, axis=0)
    below.iloc[:, -1] = True
    return below.idxmax(axis=1)


def balance_gain(tables: Tables, net: str) -> Estimate:
    """Return the paired difference in balanced accuracy at the end, log prior minus zero."""
    return difference(
        *(balanced_accuracy(tables, arm(net, bias)) for bias in ("prior", "zero")), bounds=GAIN
    )


def balanced_accuracy(tables: Tables, net: Arm) -> "pd.Series[Any]":
    """Return the mean over classes of the share that is recognised at the end, by seed."""
    rows = tables.layers(net.experiment)
    rows = select(rows[rows["quantity"] == "recall"], net)
    last = rows[rows["step"] == rows["step"].max()]
    recalls: pd.DataFrame = last.pivot(index="seed", columns="index", values="value")
    return recalls.mean(axis=1)
