"""Claims: the ledger, the measurements that test it, and the verdicts."""

from initbench.claims.attainability import attainable, comparing
from initbench.claims.evidence import (
    Evidence,
    evidence_from_json,
    evidence_to_json,
    measure,
    to_json,
)
from initbench.claims.judge import judge
from initbench.claims.ledger import Amendment, Document, Ledger, Quantity, Row, load
from initbench.claims.verdict import Verdict

__all__ = [
    "Amendment",
    "Document",
    "Evidence",
    "Ledger",
    "Quantity",
    "Row",
    "Verdict",
    "attainable",
    "comparing",
    "evidence_from_json",
    "evidence_to_json",
    "judge",
    "load",
    "measure",
    "to_json",
]
