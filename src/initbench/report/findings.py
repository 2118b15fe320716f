"""The findings that matter most: sentences whose numbers come from the verdicts of this run."""

from initbench.report.conditional import Statement, by_claim, stated
from initbench.report.inputs import ReportInputs

SHOWN = 5


def findings(inputs: ReportInputs) -> list[Statement]:
    """Return the first five findings of which this run decided every claim as one case asks."""
    judged = by_claim(inputs.verdicts)
    return [found for entry in inputs.findings if (found := stated(entry, judged))][:SHOWN]
