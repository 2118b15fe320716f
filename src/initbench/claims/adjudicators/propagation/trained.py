"""What trained nets add to rows about signals, beside the signals that decide them."""

from initbench.claims.adjudicators.depth.arms import gain, net
from initbench.claims.adjudicators.kit.registry import Measured, reports
from initbench.claims.adjudicators.kit.runs import Arm, mean_accuracy
from initbench.statistics import Estimate, equivalence_p, exact
from initbench.tables.read import Tables

DEPTH = 30
TRAINED_VARIANTS = ("leaky_relu_0.2", "elu", "gelu", "silu")
MARGIN = 0.01  # of accuracy, that of the ledger's tests of equivalence


@reports("B74", "mlp_variants")
def trained_relu_variants(tables: Tables) -> Measured:
    """Return final accuracies from He, less those from Xavier, and what the own gain adds."""
    accuracy, over_xavier, own_gain = {}, {}, {}
    for activation in TRAINED_VARIANTS:
        he, xavier, gained = (
            net(activation, DEPTH, init, "mlp_variants")
            for init in ("he_normal", "xavier_normal", "he_gained")
        )
        accuracy[activation] = mean_accuracy(tables, he)
        over_xavier[activation] = gain(tables, he, xavier)
        own_gain[activation] = gain(tables, gained, he)
    return {"accuracy": accuracy, "over_xavier": over_xavier, "own_gain": own_gain}


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
