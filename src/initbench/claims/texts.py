"""The sentences that hang on verdicts, in one grammar: findings, guide and disagreements."""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from initbench.claims.ledger import Ledger
from initbench.claims.ledger import read as read_yaml
from initbench.errors import InitbenchError, unknown
from initbench.grid import yaml_files, yaml_schemas

NAMES = ("findings", "guide", "disagreements")  # the files of the folder and parts of the schema
FOLDER, SCHEMA = "texts", "texts.schema.yaml"
# {D17.one_class:percent} is the quantity one_class of claim D17, as a percentage.
NUMBER = re.compile(r"\{([A-Z]+\d{2,3})\.(\w+(?:\[[\w.]+\])?)(?::(\w+))?\}")
FORMS = ("about", "percent", "points", "range", "n")
Entry = dict[str, Any]


def read(claims: Path, name: str) -> list[Entry]:
    """Return the texts `name` of the ledger's folder `claims`, beside which the schemas lie.

    Raises InitbenchError, with the line, where they break the schema, take a number from a claim
    whose verdict they do not name, or answer by a claim of no side.
    """
    path = file(claims, name)
    entries: list[Entry] = read_yaml(
        path, yaml_schemas.schema(claims.parent / "schemas" / SCHEMA, name)
    )
    for keys, case in _cases(entries):
        sides = entries[keys[0]].get("sides", ())
        with _placed(path, keys):
            _check(case, {claim for side in sides for claim in side["rows"]})
    return entries


def file(claims: Path, name: str) -> Path:
    """Return the file of the texts `name` in the ledger's folder `claims`."""
    return claims / FOLDER / f"{name}.yaml"


def check(ledger: Ledger, claims: Path) -> None:
    """Raise InitbenchError, with the line, where a text names no row or quantity of the ledger.

    The texts are read again for the report, which is made after all training.
    """
    for name in NAMES:
        entries = read(claims, name)
        for keys, claim in _claims(entries):
            with _placed(file(claims, name), keys):
                ledger.row(claim)
        for keys, case in _cases(entries):
            with _placed(file(claims, name), [*keys, "text"]):
                for claim, quantity, _ in NUMBER.findall(case["text"]):
                    if quantity not in (known := ledger.row(claim).quantities):
                        raise unknown(f"quantity of claim {claim}", quantity, known)


def _check(case: Entry, of_sides: Collection[str]) -> None:
    if of_sides and (strange := sorted(case["when"].keys() - of_sides)):
        raise InitbenchError(
            f"this answer rests on {strange[0]}, which no side names; add it to a side or take "
            "it out."
        )
    for claim, _, form in NUMBER.findall(case["text"]):
        if claim not in case["when"]:
            raise InitbenchError(
                f"this text takes a number from {claim} without naming its verdict; add the claim "
                "to `when`."
            )
        if form and form not in FORMS:
            raise unknown("form of a number", form, FORMS)


def _cases(entries: Sequence[Entry]) -> Iterator[tuple[list[Any], Entry]]:
    """Yield each case with the keys that lead to it."""
    for i, entry in enumerate(entries):
        yield from (([i, "cases", j], case) for j, case in enumerate(entry.get("cases", ())))


def _claims(entries: Sequence[Entry]) -> Iterator[tuple[list[Any], str]]:
    """Yield each claim of a case or a side with the keys that lead to it."""
    for keys, case in _cases(entries):
        yield from (([*keys, "when", claim], claim) for claim in case["when"])
    for i, entry in enumerate(entries):
        for j, side in enumerate(entry.get("sides", ())):
            yield from (([i, "sides", j, "rows", k], row) for k, row in enumerate(side["rows"]))


@contextmanager
def _placed(path: Path, keys: Sequence[str | int]) -> Iterator[None]:
    """Say in an error of the block where the value lies that `keys` lead to."""
    try:
        yield
    except InitbenchError as error:
        place = yaml_files.line_and_column(path, keys)
        raise InitbenchError(f"In {path}, {place}: {error}") from None
