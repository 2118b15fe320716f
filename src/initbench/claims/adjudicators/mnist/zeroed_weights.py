"""The row that joins checks and training: document B's call that zeroes weights only (B14)."""

from initbench.claims.adjudicators.kit.checks import check_quantities
from initbench.claims.adjudicators.kit.registry import adjudicates
from initbench.claims.adjudicators.kit.runs import mean_accuracy, success_rate
from initbench.claims.adjudicators.mnist.arms import ablation
from initbench.statistics import Estimate
from initbench.tables.read import Tables


@adjudicates("B14")
def zeroed_weights(tables: Tables) -> dict[str, Estimate]:
    """Return the parity of both snippets and what a net learns whose weights alone are zero."""
    arm = ablation("zero_weights")
    return check_quantities("B14")(tables) | {
        "sr80": success_rate(tables, arm, 0.80),
        "final": mean_accuracy(tables, arm),
    }
