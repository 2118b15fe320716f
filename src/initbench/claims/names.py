"""What the ledger and the texts beside it name: experiments, figures, documents and claims."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from initbench.claims.ledger import Ledger, read
from initbench.errors import InitbenchError, unknown
from initbench.grid import yaml_schemas

# The texts that show verdicts: their files in the ledger's folder, each with a schema of its name.
TEXTS = ("findings", "guide", "disagreements")


def check_rows(ledger: Ledger, needs: Collection[str], figures: Collection[str]) -> None:
    """Raise InitbenchError for a row that needs or shows what is not among `needs` or `figures`."""
    for row in ledger.rows:
        for need in (*row.needs, *row.beside):
            if need not in needs:
                raise unknown(f"need of row {row.id} in the ledger:", need, needs)
        for figure in row.figures:
            if figure not in figures:
                raise unknown(f"figure of row {row.id} in the ledger:", figure, figures)


def check_documents(ledger: Ledger, documents: Iterable[str]) -> None:
    """Raise InitbenchError unless the ledger has each of `documents`, those that are shown."""
    there = {document.key for document in ledger.documents}
    for key in documents:
        if key not in there:
            raise InitbenchError(
                f"config.yaml shows document {key}, but the ledger has none; restore its file in "
                f"workflow/claims/documents, or take {key} out of `documents`."
            )


def check_texts(ledger: Ledger, folder: Path) -> None:
    """Raise InitbenchError where a text in the ledger's `folder` breaks its schema or names no row.

    They are read again for the report, which is made after all training.
    """
    for name in TEXTS:
        path = folder / f"{name}.yaml"
        schema = yaml_schemas.schema(folder.parent / "schemas" / f"{name}.schema.yaml")
        for claim in _claims(read(path, schema)):
            try:
                ledger.row(claim)
            except InitbenchError as error:
                raise InitbenchError(f"In {path}: {error}") from None


def _claims(content: Any) -> Iterator[str]:
    """Yield the claims under `when` and `rows`, at any depth."""
    if isinstance(content, list):
        for item in content:
            yield from _claims(item)
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from value if key in ("when", "rows") else _claims(value)
