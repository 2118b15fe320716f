"""p-values of arms against themselves over many disjoint groups of seeds."""

from collections.abc import Collection
from typing import Any

from initbench.claims.adjudicators.kit.runs import Arm, final
from initbench.claims.adjudicators.tanh_chain.arms import chain
from initbench.controls.rows import has_runs
from initbench.statistics import proportion
from initbench.statistics.estimate import FloatArray
from initbench.statistics.uniformity import null_p_values, uniformity_p
from initbench.tables.read import Tables

PAIRS = 10
FEWEST = 5  # comparisons of an arm
LEVEL = 0.05
ARMS = (
    chain("default"),
    chain("default", "tiny_adam"),
    chain("xavier"),
    chain("orthogonal"),
)


def p_values(tables: Tables, experiments: Collection[str]) -> dict[Arm, FloatArray]:
    """Return the p-values of each arm of `experiments` with enough runs, by its test loss."""
    found = {
        arm: null_p_values(final(tables, arm, "test_loss").sort_index(), PAIRS)
        for arm in ARMS
        if arm.experiment in experiments and has_runs(tables, arm)
    }
    return {arm: values for arm, values in found.items() if len(values) >= FEWEST}


def summaries(tables: Tables, experiments: Collection[str]) -> list[dict[str, Any]]:
    """Return one record an arm: its comparisons, the share below 5 %, and the uniformity test.

    The comparisons of one arm share no run and are independent; those of two arms are not,
    since equal seeds share data and draws.
    """
    return [
        {
            "cell": f"{arm.init} ({arm.experiment})",
            "comparisons": len(values),
            "pairs": PAIRS,
            "below": proportion(values <= LEVEL).to_dict(),
            "uniformity_p": uniformity_p(values),
        }
        for arm, values in p_values(tables, experiments).items()
    ]
