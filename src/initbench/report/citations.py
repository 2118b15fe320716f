"""BibTeX entries for the report, for a document's chapter and for a single claim."""

import re
from collections.abc import Sequence

from initbench import __version__
from initbench.report.inputs import Record

_SPECIAL = {character: f"\\{character}" for character in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "−": "$-$",
    "×": r"$\times$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "±": r"$\pm$",
    "\u00a0": "~",
    "\u202f": r"\,",
}
_RAISED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LOWERED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_TITLE = "What tutorials say about weight initialization, put to the test"


def report_entry(environment: Record, documents: Sequence[str]) -> str:
    """Return the BibTeX entry of the whole report, with its version, commit and ledger."""
    scope = f"Documents {', '.join(documents)}"
    return _entry("initbench", f"initbench: {_TITLE}", scope, environment)


def document_entry(environment: Record, document: Record) -> str:
    """Return the BibTeX entry of the chapter on one document (keys document and title)."""
    title = f"Verdicts on {document['title']}"
    return _entry(
        f"initbench-{document['document']}", title, f"Chapter {document['document']}", environment
    )


def claim_entry(environment: Record, verdict: Record) -> str:
    """Return the BibTeX entry of one verdict (keys id, statement and verdict)."""
    title = f"Claim {verdict['id']}, {verdict['verdict']}: {verdict['statement']}"
    return _entry(f"initbench-{verdict['id']}", title, f"Section {verdict['id']}", environment)


def _entry(key: str, title: str, part: str, environment: Record) -> str:
    commit, ledger = environment["commit"][:12], environment["ledger_sha256"][:12]
    fields = {
        "author": "{The initbench authors}",
        "title": f"{{{tex(title)}}}",
        "howpublished": "initbench report",
        "year": environment["created"][:4],
        "note": f"{tex(part)}; version {__version__}, commit {tex(commit)}, ledger {tex(ledger)}",
    }
    lines = [f"  {name:<12} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def tex(text: str) -> str:
    """Return `text` with the characters that TeX would misread written as it wants them."""
    escaped = "".join(_SPECIAL.get(character, character) for character in text)
    return _RAISED.sub(lambda match: f"$^{{{match[0].translate(_LOWERED)}}}$", escaped)
