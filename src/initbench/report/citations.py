"""BibTeX entries for the report, a document's chapter, a single claim, a method and its paper."""

import re
import unicodedata
from collections.abc import Sequence

from initbench import __version__
from initbench.checkout import UNKNOWN
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
# The type of an entry by the first of these fields that it has.
_KINDS = {"journal": "article", "booktitle": "inproceedings", "publisher": "book"}
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


def method_entry(environment: Record, card: Record) -> str:
    """Return the BibTeX entry of the card of an init method (keys name and title)."""
    title = f"The init method {card['title']}: law, signals and results"
    name = card["name"]
    return _entry(f"initbench-method-{name}", title, f"Section method-{name}", environment)


def paper_entry(card: Record) -> str:
    """Return the BibTeX entry of what the author of a method's card asks to cite (key paper)."""
    paper = card["paper"]
    kind = next((kinds for field, kinds in _KINDS.items() if field in paper), "misc")
    fields = {name: tex(text) for name, text in paper.items()}
    fields["title"] = f"{{{fields['title']}}}"
    if "eprint" in paper:
        fields["archiveprefix"] = "arXiv"
    return _bibtex(kind, paper_key(paper), fields)


def paper_key(paper: Record) -> str:
    """Return the key of a paper: surname of the first author, year and first word of the title."""
    surname = paper["author"].partition(",")[0]
    plain = unicodedata.normalize("NFKD", f"{surname}{paper['year']}{paper['title'].split()[0]}")
    return "".join(c for c in plain if c.isascii() and c.isalnum())


def _entry(key: str, title: str, part: str, environment: Record) -> str:
    commit, ledger = environment["commit"][:12] or UNKNOWN, environment["ledger_sha256"][:12]
    # The date of the commit: that of the rendering may stand in the page's stamp alone.
    date = environment.get("committed", "")
    made = [f"commit {tex(commit)}", tex(date), f"ledger {tex(ledger)}"]
    fields = {
        "author": "{The initbench authors}",
        "title": f"{{{tex(title)}}}",
        "howpublished": "initbench report",
        "year": (date or environment["created"])[:4],
        "note": f"{tex(part)}; version {__version__}, {', '.join(filter(None, made))}",
    }
    return _bibtex("misc", key, fields)


def _bibtex(kind: str, key: str, fields: Record) -> str:
    lines = [f"  {name:<13} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


def tex(text: str) -> str:
    """Return `text` with the characters that TeX would misread written as it wants them."""
    escaped = "".join(_SPECIAL.get(character, character) for character in text)
    return _RAISED.sub(lambda match: f"$^{{{match[0].translate(_LOWERED)}}}$", escaped)
