"""The ledger of claims: YAML files checked against their schema and against each other."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from initbench import yaml_files, yaml_schemas
from initbench.claims.conditions import evaluate
from initbench.errors import InitbenchError, unknown
from initbench.ledger_files import files, ledger_sha256
from initbench.statistics import undefined

WORDS = {
    "reproduced": "reproduced",
    "partly": "partly reproduced",
    "not_reproduced": "not reproduced",
    "inconclusive": "inconclusive",
    "not_testable": "not testable",
}

_TEXTS = (
    *("id", "document", "section", "kind", "statement"),
    *("family", "arms", "pitfalls", "logic", "not_testable"),
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
    def of(cls, entry: str | Mapping[str, str]) -> "Quantity":
        """Return the quantity declared by a sentence or by a mapping of means and kind."""
        return cls(entry) if isinstance(entry, str) else cls(**entry)


@dataclass(frozen=True)
class Row:
    """One claim: measured by `rule` over `quantities`, derived from others, or not testable.

    The rule needs the experiments `needs`; those `beside` it give quantities that decide nothing.
    """

    id: str
    document: str
    section: str
    kind: str
    statement: str
    family: str
    needs: tuple[str, ...]
    beside: tuple[str, ...]
    arms: str
    quantities: Mapping[str, Quantity]
    rule: Mapping[str, str]
    pitfalls: str
    amendments: tuple[str, ...]
    alias_of: tuple[str, ...]
    logic: str
    not_testable: str
    figures: tuple[str, ...]

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "Row":
        """Return the row that a validated YAML entry describes; missing texts are empty."""
        fields: dict[str, Any] = {name: str(entry.get(name, "")).strip() for name in _TEXTS}
        fields |= {name: tuple(entry.get(name, ())) for name in _LISTS}
        rule, declared = entry.get("rule", {}), entry.get("quantities", {})
        return cls(
            **fields,
            rule={key: " ".join(rule[key].split()) for key in WORDS if key in rule},
            quantities={name: Quantity.of(value) for name, value in declared.items()},
        )


@dataclass(frozen=True)
class Document:
    """One of the documents whose claims are judged."""

    id: str
    title: str
    source: str


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
    """All documents, rows, amendments, explanations {claim: {verdict: text}} and the file hash."""

    documents: tuple[Document, ...]
    rows: tuple[Row, ...]
    amendments: tuple[Amendment, ...]
    explanations: Mapping[str, Mapping[str, str]]
    sha256: str

    @cached_property
    def by_id(self) -> dict[str, Row]:
        """The rows by claim id."""
        return {row.id: row for row in self.rows}

    def row(self, claim: str) -> Row:
        """Return the row of `claim`; raise InitbenchError for an unknown id."""
        letter = claim[:1]
        if claim not in self.by_id and letter not in (known.id for known in self.documents):
            raise InitbenchError(
                f"The claim '{claim}' is named, but the ledger has no document '{letter}'; "
                f"restore {letter.lower()}.yaml in workflow/claims, or take the claim out."
            )
        if claim not in self.by_id:
            raise unknown("claim", claim, self.by_id)
        return self.by_id[claim]

    def family(self, family: str) -> tuple[Row, ...]:
        """Return the measured rows of a family of experiments, in the order of the ledger."""
        return tuple(row for row in self.rows if row.rule and row.family == family)


def load(folder: Path) -> Ledger:
    """Return the ledger in `folder`, whose schema lies in ../schemas/ledger.schema.yaml.

    Raises InitbenchError, one sentence, at the first thing that is wrong.
    """
    *documents, amendments = files(folder)
    if not documents:
        raise InitbenchError(f"{folder} holds no document of claims, such as a.yaml; restore it.")
    schema = folder.parent / "schemas" / "ledger.schema.yaml"
    document = yaml_schemas.schema(schema)
    parts = [read(path, document) for path in documents]
    changes = [*read(amendments, yaml_schemas.schema(schema, "amendments"))]
    changes += [change for part in parts for change in part.get("amendments", [])]
    ledger = Ledger(
        tuple(Document(part["document"], part["title"], part["source"]) for part in parts),
        tuple(Row.of(entry) for part in parts for entry in part["rows"]),
        tuple(Amendment.of(change) for change in changes),
        _explanations(folder, yaml_schemas.schema(schema, "explanations")),
        ledger_sha256(folder),
    )
    for path, part in zip(documents, parts, strict=True):
        if path.stem.upper() != part["document"]:
            raise InitbenchError(
                f"{path} holds document {part['document']}; call the file "
                f"{part['document'].lower()}.yaml, or correct its `document`."
            )
    _check(ledger, folder)
    return ledger


def _explanations(folder: Path, schema: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for path in sorted(folder.glob("explanations_*.yaml")):
        for claim, texts in read(path, schema).items():
            found[claim] = {WORDS.get(key, key): text.strip() for key, text in texts.items()}
    return found


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


def _check(ledger: Ledger, folder: Path) -> None:
    """Raise InitbenchError where rows, rules, aliases and amendments do not fit together."""
    _refuse_twins([row.id for row in ledger.rows], "claims")
    _refuse_twins([amendment.id for amendment in ledger.amendments], "amendments")
    position: Counter[str] = Counter()
    for row in ledger.rows:
        try:
            _check_row(row, ledger)
        except InitbenchError as error:
            path = folder / f"{row.id[0].lower()}.yaml"
            place = _line(path, ["rows", position[row.id[0]]]) if path.exists() else ""
            raise InitbenchError(f"In {path.name}{place} at {row.id}: {error}") from None
        position[row.id[0]] += 1
    for claim in ledger.explanations:
        ledger.row(claim)
    for amendment in ledger.amendments:
        for claim in amendment.rows:
            if claim != "all":
                ledger.row(claim)
    derivation_order(ledger)


def _check_row(row: Row, ledger: Ledger) -> None:
    _known("document", row.document, [document.id for document in ledger.documents])
    if not row.id.startswith(row.document):
        raise InitbenchError(
            f"Row {row.id} names document {row.document}; its id must begin with that letter."
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
