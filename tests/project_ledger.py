"""The ledger of the project itself, read and checked once for all tests of a process."""

from functools import cache
from pathlib import Path

from initbench.claims.ledger import Ledger, load

CLAIMS = Path(__file__).parents[1] / "workflow" / "claims"


@cache
def the_ledger() -> Ledger:
    return load(CLAIMS)


def showing(figure: str) -> set[str]:
    """Return the claims whose rows name `figure`."""
    return {row.id for row in the_ledger().rows if figure in row.figures}
