"""What trained nets add to rows about signals, beside the signals that decide them."""

from initbench.claims.adjudicators.depth.arms import gain, net
from initbench.claims.adjudicators.kit.registry import reports
from initbench.claims.adjudicators.kit.runs import Arm, mean_accuracy
from initbench.statistics import Estimate, equivalence_p, exact
from initbench.tables.read import Tables

DEPTH = 30
TRAINED_VARIANTS = {
    "leaky_0_2": "leaky_relu_0.2",
    "elu": "elu",
    "gelu": "gelu",
    "silu": "silu",
}
MARGIN = 0.01  # of accuracy, that of the ledger's tests of equivalence


@reports("B74", "mlp_variants")
def trained_relu_variants(tables: Tables) -> dict[str, Estimate]:
    """Return final accuracies from He, less those from Xavier, and what the own gain adds."""
    found = {}
    for name, activation in TRAINED_VARIANTS.items():
        he, xavier, gained = (
            net(activation, DEPTH, init, "mlp_variants")
            for init in ("he_normal", "xavier_normal", "he_gained")
        )
        found[f"{name}_accuracy"] = mean_accuracy(tables, he)
        found[f"{name}_over_xavier"] = gain(tables, he, xavier)
        found[f"{name}_own_gain"] = gain(tables, gained, he)
    return found


@reports("B78", "mnist_head")
def he_at_the_output(tables: Tables) -> dict[str, Estimate]:
    """Return accuracies with a head from He and from Xavier, and whether they are equivalent."""
    he, xavier = (
        Arm("mnist_head", init, "mnist", "mnist_net") for init in ("head_he", "head_xavier")
    )
    difference = gain(tables, he, xavier)
    return {
        "head_he": mean_accuracy(tables, he),
        "head_xavier": mean_accuracy(tables, xavier),
        "head": difference,
        "head_equivalence": exact(equivalence_p(difference, MARGIN), n=difference.n),
    }
