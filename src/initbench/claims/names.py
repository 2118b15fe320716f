"""What the ledger names outside itself: beds, experiments, figures, documents that are shown."""

from collections.abc import Collection, Iterable

from initbench.claims.ledger import Ledger, Row
from initbench.errors import InitbenchError, unknown


def check_rows(ledger: Ledger, needs: Collection[str], figures: Collection[str]) -> None:
    """Raise InitbenchError for a row that needs or shows what is not among `needs` or `figures`."""
    for row in ledger.rows:
        for need in (*row.needs, *row.beside):
            if need not in needs:
                raise unknown(f"need of row {row.id} in the ledger:", need, needs)
        for figure in row.figures:
            if figure not in figures:
                raise unknown(f"figure of row {row.id} in the ledger:", figure, figures)


def check_beds(rows: Iterable[Row], beds: Collection[str]) -> None:
    """Raise InitbenchError for a measured row whose bed or Holm family is not among `beds`."""
    for row in rows:
        for bed in (row.bed, row.holm_family):
            if bed not in beds:
                raise unknown(f"bed of row {row.id} in the ledger:", bed, beds)


def check_documents(ledger: Ledger, documents: Iterable[str]) -> None:
    """Raise InitbenchError unless the ledger has each of `documents`, those that are shown."""
    there = {document.key for document in ledger.documents}
    for key in documents:
        if key not in there:
            raise InitbenchError(
                f"config.yaml shows document {key}, but the ledger has none; restore its file in "
                f"workflow/claims/documents, or take {key} out of `documents`."
            )
