"""p-values of arms against themselves over many disjoint groups of seeds."""

from collections.abc import Collection
from typing import Any

from initbench.claims.adjudicators.kit.runs import Cell, final
from initbench.controls.arms import has_runs
from initbench.statistics import exact_proportion
from initbench.statistics.estimate import FloatArray
from initbench.statistics.uniformity import null_p_values, uniformity_p
from initbench.tables.read import Tables

PAIRS = 10
FEWEST = 5  # comparisons of a cell
LEVEL = 0.05
CELLS = (
    Cell("tiny_sgd"),
    Cell("tiny_adam"),
    Cell("tiny_sgd", "xavier"),
    Cell("tiny_sgd", "orthogonal"),
)


def p_values(tables: Tables, experiments: Collection[str]) -> dict[Cell, FloatArray]:
    """Return the p-values of each cell of `experiments` with enough runs, by its test loss."""
    found = {
        cell: null_p_values(final(tables, cell, "test_loss").sort_index(), PAIRS)
        for cell in CELLS
        if cell.experiment in experiments and has_runs(tables, cell)
    }
    return {cell: values for cell, values in found.items() if len(values) >= FEWEST}


def summaries(tables: Tables, experiments: Collection[str]) -> list[dict[str, Any]]:
    """Return one record a cell: its comparisons, the share below 5 %, and the uniformity test.

    The comparisons of one cell share no run and are independent; those of two cells are not,
    since equal seeds share data and draws.
    """
    return [
        {
            "cell": f"{cell.init} ({cell.experiment})",
            "comparisons": len(values),
            "pairs": PAIRS,
            "below": exact_proportion(values <= LEVEL).to_dict(),
            "uniformity_p": uniformity_p(values),
        }
        for cell, values in p_values(tables, experiments).items()
    ]
