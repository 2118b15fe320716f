"""Rows of document D about one layer of zeros."""

from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import (
    difference,
    final,
    mean_accuracy,
    one_class,
    success_rate,
)
from initbench.claims.adjudicators.mnist.arms import ablation, extreme, main
from initbench.statistics import GAIN, Estimate, exact, proportion
from initbench.tables.read import Tables

DEFAULT = main("default")
ZERO_FC1 = main("zero_fc1")
BESIDE = {
    "weight_only": ablation("zero_fc1_weight"),
    "second_layer": ablation("zero_fc2"),
    "head": ablation("zero_head"),
    "tanh": ablation("zero_fc1", "mnist_net_tanh"),
    "leaky": ablation("zero_fc1", "mnist_net_leaky"),
    "sigmoid": ablation("zero_fc1", "mnist_net_sigmoid"),
}


@adjudicates("D17")
def one_layer_of_zeros(tables: Tables) -> dict[str, Estimate]:
    """Return success and gradients with the first layer at zero, and variants beside it."""
    fc1 = [extreme(tables, ZERO_FC1, "gradient_norm", f"fc1.{name}") for name in ("weight", "bias")]
    return {
        "sr50": success_rate(tables, ZERO_FC1, 0.50),
        "one_class": proportion(one_class(tables, ZERO_FC1).to_numpy(bool)),
        "fc1_gradient": exact(max(fc1)),
        "fc2_bias_gradient": exact(extreme(tables, ZERO_FC1, "gradient_norm", "fc2.bias")),
    } | {name: mean_accuracy(tables, arm) for name, arm in BESIDE.items()}


@adjudicates("D18")
def slight_loss(tables: Tables) -> dict[str, Estimate]:
    """Return what a first layer of zeros costs in final accuracy."""
    return {"difference": difference(final(tables, DEFAULT), final(tables, ZERO_FC1), bounds=GAIN)}


@adjudicates("D31")
def partial_learning(tables: Tables) -> dict[str, Estimate]:
    """Return the accuracy with a first layer of zeros, and its distance to the baseline."""
    return {"zero_fc1": mean_accuracy(tables, ZERO_FC1)} | slight_loss(tables)
