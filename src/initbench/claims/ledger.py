"""The ledger of claims: YAML files checked against their schema and against each other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from initbench.claims.conditions import evaluate
from initbench.claims.keys import keyed
from initbench.errors import InitbenchError, unknown
from initbench.grid import yaml_files, yaml_schemas
from initbench.ledger_hash import documents, ledger_sha256
from initbench.statistics import undefined

WORDS = {
    "reproduced": "reproduced",
    "partly": "partly reproduced",
    "not_reproduced": "not reproduced",
    "inconclusive": "inconclusive",
    "not_testable": "not testable",
}
KEYS = {word: key for key, word in WORDS.items()}

_TEXTS = (
    *("id", "section", "kind", "statement"),
    *("bed", "holm_family", "arms", "pitfalls", "logic", "not_testable"),
)
_LISTS = ("needs", "beside", "amendments", "alias_of", "figures")


@dataclass(frozen=True)
class Quantity:
    """What a measured number means; `kind` is "proportion", "difference" or empty.

    `test` is "studentised" for a paired difference that is skewed, which its row says beforehand.
    """

    means: str
    kind: str = ""
    test: str = ""

    @classmethod
    def of(cls, name: str, entry: str | Mapping[str, Any]) -> "dict[str, Quantity]":
        """Return by name what an entry declares: one quantity, or one for each of its `keys`."""
        if isinstance(entry, str):
            return {name: cls(entry)}
        plain = cls(entry["means"], entry.get("kind", ""), entry.get("test", ""))
        if "keys" not in entry:
            return {name: plain}
        keys = entry["keys"].items()
        return {
            keyed(name, key): replace(plain, means=f"{plain.means}: {words}") for key, words in keys
        }


@dataclass(frozen=True)
class Row:
    """One claim: measured by `rule` over `quantities`, derived from others, or not testable.

    The rule needs the experiments `needs`; those `beside` it give quantities that decide nothing.
    Its `source` is "document", or "ours" where the document only raises the question. `why` says
    for each verdict, by its key in a rule, why it comes out so.
    """

    id: str
    document: str
    source: str
    section: str
    kind: str
    statement: str
    bed: str
    holm_family: str
    needs: tuple[str, ...]
    beside: tuple[str, ...]
    arms: str
    quantities: Mapping[str, Quantity]
    rule: Mapping[str, str]
    why: Mapping[str, str]
    pitfalls: str
    amendments: tuple[str, ...]
    alias_of: tuple[str, ...]
    logic: str
    not_testable: str
    figures: tuple[str, ...]

    @classmethod
    def of(cls, entry: Mapping[str, Any], document: str) -> "Row":
        """Return the row of a `document` that a validated YAML entry describes.

        Missing texts are empty.
        """
        given: dict[str, Any] = {name: str(entry.get(name, "")).strip() for name in _TEXTS}
        given |= {name: tuple(entry.get(name, ())) for name in _LISTS}
        given["holm_family"] = given["holm_family"] or given["bed"]
        rule, declared = entry.get("rule", {}), entry.get("quantities", {})
        return cls(
            **given,
            document=document,
            source=entry.get("source", "document"),
            rule={key: " ".join(rule[key].split()) for key in WORDS if key in rule},
            why={key: text.strip() for key, text in entry.get("why", {}).items()},
            quantities=_quantities(declared),
        )


def _quantities(declared: Mapping[str, str | Mapping[str, Any]]) -> dict[str, Quantity]:
    return {n: q for name, entry in declared.items() for n, q in Quantity.of(name, entry).items()}


@dataclass(frozen=True)
class Document:
    """One of the documents whose claims are judged."""

    key: str
    title: str
    about: str
    authors: str
    address: str
    licence: str
    source: str

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "Document":
        """Return the document that a validated YAML file describes."""
        return cls(**{field.name: str(entry[field.name]).strip() for field in fields(cls)})


@dataclass(frozen=True)
class Amendment:
    """A dated change of a rule; `rows` are claims, or the one word "all"."""

    id: str
    date: str
    rows: tuple[str, ...]
    change: str
    reason: str

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "Amendment":
        """Return the amendment that a validated YAML entry describes."""
        rows = entry["rows"]
        return cls(**{**entry, "rows": (rows,) if isinstance(rows, str) else tuple(rows)})


@dataclass(frozen=True)
class Ledger:
    """All documents, rows, amendments and the hash of their files."""

    documents: tuple[Document, ...]
    rows: tuple[Row, ...]
    amendments: tuple[Amendment, ...]
    sha256: str

    @cached_property
    def by_id(self) -> dict[str, Row]:
        """The rows by claim id."""
        return {row.id: row for row in self.rows}

    def document(self, key: str) -> Document:
        """Return the document called `key`; raise InitbenchError for an unknown one."""
        known = {document.key: document for document in self.documents}
        if key not in known:
            raise unknown("document", key, known)
        return known[key]

    def row(self, claim: str) -> Row:
        """Return the row of `claim`; raise InitbenchError for an unknown id."""
        document = document_of(claim)
        if claim not in self.by_id and document not in (known.key for known in self.documents):
            raise InitbenchError(
                f"The claim '{claim}' is named, but the ledger has no document '{document}'; "
                "restore its file in workflow/claims/documents, or take the claim out."
            )
        if claim not in self.by_id:
            raise unknown("claim", claim, self.by_id)
        return self.by_id[claim]

    def holm_family(self, family: str) -> tuple[Row, ...]:
        """Return the measured rows that are corrected together, in the order of the ledger."""
        return tuple(row for row in self.rows if row.rule and row.holm_family == family)


def load(folder: Path) -> Ledger:
    """Return the ledger in `folder`, whose schema lies in ../schemas/ledger.schema.yaml.

    Raises InitbenchError, one sentence, at the first thing that is wrong.
    """
    files = documents(folder)
    if not files:
        raise InitbenchError(f"{folder / 'documents'} holds no document of claims; restore one.")
    schema = folder.parent / "schemas" / "ledger.schema.yaml"
    document = yaml_schemas.schema(schema)
    parts = {path: read(path, document) for path in files}
    changes = [*read(folder / "amendments.yaml", yaml_schemas.schema(schema, "amendments"))]
    changes += [change for part in parts.values() for change in part.get("amendments", [])]
    ledger = Ledger(
        tuple(map(Document.of, parts.values())),
        tuple(Row.of(entry, part["key"]) for part in parts.values() for entry in part["rows"]),
        tuple(Amendment.of(change) for change in changes),
        ledger_sha256(folder),
    )
    _check(ledger)
    for path, part in parts.items():
        _check_rows(path, [entry["id"] for entry in part["rows"]], ledger)
    derivation_order(ledger)
    return ledger


def document_of(claim: str) -> str:
    """Return the key of the document that makes a claim: its id without the number."""
    return claim.rstrip("0123456789")


def read(path: Path, schema: Mapping[str, Any]) -> Any:
    """Return the content of a YAML file, with dates as text.

    Raises InitbenchError where it cannot be read or does not satisfy `schema`.
    """
    content = yaml_files.read(path)
    error = yaml_schemas.fault(content, schema)
    if error is not None:
        line = _line(path, yaml_schemas.place(error))
        place = f"{line} at {_place(content, list(error.absolute_path))}"
        raise InitbenchError(f"In {path}{place}: {yaml_schemas.sentence(error)}")
    return content


def _line(path: Path, keys: Sequence[str | int]) -> str:
    """Return line and column of a value in a sentence, or nothing if it is not to be found."""
    place = yaml_files.line_and_column(path, keys)
    return f", {place}," if place else ""


def _place(content: Any, path: list[str | int]) -> str:
    """Return where an error lies, with the claim's id in place of its position in the list."""
    if path[:1] == ["rows"] and len(path) > 1 and isinstance(content["rows"][path[1]], dict):
        path = [content["rows"][path[1]].get("id", path[1]), *path[2:]]
    return ".".join(map(str, path)) or "the top level"


def _check(ledger: Ledger) -> None:
    """Raise InitbenchError where a name is given twice, or an amendment is of no claim."""
    _refuse_twins([document.key for document in ledger.documents], "documents")
    claims, changes = [row.id for row in ledger.rows], [a.id for a in ledger.amendments]
    _refuse_twins([*claims, *changes], "claims and amendments")
    for amendment in ledger.amendments:
        for claim in amendment.rows:
            if claim != "all":
                ledger.row(claim)


def _check_rows(path: Path, claims: Sequence[str], ledger: Ledger) -> None:
    """Raise InitbenchError, with its line, for a document's first row that does not fit."""
    for position, claim in enumerate(claims):
        try:
            _check_row(ledger.by_id[claim], ledger)
        except InitbenchError as error:
            place = _line(path, ["rows", position])
            raise InitbenchError(f"In {path.name}{place} at {claim}: {error}") from None


def _check_row(row: Row, ledger: Ledger) -> None:
    if document_of(row.id) != row.document:
        raise InitbenchError(
            f"Row {row.id} stands in document {row.document}; its id must be that key and a number."
        )
    try:
        for condition in row.rule.values():
            evaluate(condition, dict.fromkeys(row.quantities, undefined(0)))
    except InitbenchError as error:
        raise InitbenchError(f"In the rule of {row.id}: {error}") from None
    for claim in row.alias_of:
        ledger.row(claim)
    for amendment in row.amendments:
        _known("amendment", amendment, [known.id for known in ledger.amendments])
    if row.logic == "same" and len(row.alias_of) != 1:
        raise InitbenchError(
            f"Row {row.id} has logic 'same' over several rows; name one, or 'all'."
        )


def derivation_order(ledger: Ledger) -> list[Row]:
    """Return the derived rows so that each comes after those that it cites."""
    graph = {row.id: row.alias_of for row in ledger.rows}
    try:
        ordered = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise InitbenchError(
            f"The rows {circle} cite each other; one needs its own rule."
        ) from None
    return [ledger.by_id[claim] for claim in ordered if ledger.by_id[claim].alias_of]


def _known(kind: str, name: str, known: Iterable[str]) -> None:
    if name not in (names := list(known)):
        raise unknown(kind, name, names)


def _refuse_twins(names: list[str], kind: str) -> None:
    twin = next((name for i, name in enumerate(names) if name in names[:i]), None)
    if twin is not None:
        raise InitbenchError(f"The ledger's {kind} hold '{twin}' twice; keep one.")


def cited(ledger: Ledger, claim: str) -> list[Row]:
    """Return the row of `claim` and, where it is derived, all the rows that it rests on."""
    row = ledger.row(claim)
    return [row, *(below for name in row.alias_of for below in cited(ledger, name))]
