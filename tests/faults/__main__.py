"""python -m faults [--minutes 5] [--cases N] [--seed 0] [--only configs kills] [--output FILE]

Tries bad input, kills and flipped bits, in scratch folders only; nothing of yours is touched. One
line a kind on the screen, one line a case in the CSV file; exit status 1 if anything was lost or
went wrong. The same seed tries the same cases, as far as the time reaches.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from faults import campaign
from faults.ground import Ground
from faults.kinds import KINDS

SHOWN = 12  # bad cases of a kind on the screen


def main(arguments: list[str] | None = None) -> int:
    """Run the campaign that the command line asks for; return the exit status."""
    given = _parser().parse_args(arguments)
    kinds = {name: kind for name, kind in KINDS.items() if name in (given.only or KINDS)}
    tried: list[campaign.Tried] = []
    with tempfile.TemporaryDirectory(prefix="initbench-faults-") as folder:
        ground = Ground(Path(folder), given.seed)
        for one in campaign.run(kinds, ground, 60 * given.minutes, given.cases):
            tried.append(one)
            _show(one, tried)
    campaign.write(given.output, tried)
    print(f"{campaign.table(tried)}; each case: {given.output}")
    return int(not all(one.verdict.good for one in tried))


def _show(one: campaign.Tried, tried: list[campaign.Tried]) -> None:
    """Print a bad case; of a kind that has many, the file tells the rest."""
    bad = sum(other.kind == one.kind and not other.verdict.good for other in tried)
    if not one.verdict.good and bad <= SHOWN:
        seen = " ".join(one.verdict.seen.split())[:300]
        print(f"{one.verdict.outcome} {one.kind}: {one.case}: {seen}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make faults", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=5, help="for all kinds together (5)")
    parser.add_argument("--cases", type=int, help="at most so many of a kind (as time allows)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn (0)")
    parser.add_argument("--only", nargs="+", choices=KINDS, help="these kinds")
    parser.add_argument("--output", type=Path, default=Path("results/faults.csv"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
