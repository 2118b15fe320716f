"""The fixed words of the report: verdicts and kinds of statement."""

from collections.abc import Iterable
from dataclasses import dataclass

from initbench.errors import unknown


@dataclass(frozen=True)
class Outcome:
    """One of the five verdicts: its word, its key in a rule, its symbol and its fixed meaning."""

    word: str
    key: str
    symbol: str
    meaning: str

    @property
    def slug(self) -> str:
        """The word as a CSS class and as part of an id."""
        return self.word.replace(" ", "-")


OUTCOMES = (
    Outcome(
        "reproduced",
        "reproduced",
        "✓",
        "The measurement meets the condition for support that was fixed before the data.",
    ),
    Outcome(
        "partly reproduced",
        "partly",
        "◐",
        "The direction is right; the size, the scope or the words “all” and “always” are not.",
    ),
    Outcome(
        "not reproduced",
        "not_reproduced",
        "✗",
        "The measurement meets the condition for refutation that was fixed before the data.",
    ),
    Outcome(
        "inconclusive",
        "inconclusive",
        "?",
        "No condition that was fixed before the data is met: this is no evidence either way.",
    ),
    Outcome(
        "not testable",
        "not_testable",
        "–",
        "No experiment can decide the statement; the reason is given.",
    ),
)

KINDS = {
    "num": "number",
    "qual": "behaviour",
    "math": "property or formula",
    "bp": "best practice",
    "expl": "causal explanation",
    "code": "artefact",
    "bib": "reference",
    "op": "opinion",
}


def outcome(word: str) -> Outcome:
    """Return the verdict called `word`; raise InitbenchError for a word outside the fixed five."""
    for candidate in OUTCOMES:
        if candidate.word == word:
            return candidate
    raise unknown("verdict", word, (candidate.word for candidate in OUTCOMES))


def tally(words: Iterable[str]) -> list[tuple[Outcome, int]]:
    """Return every verdict with its number of occurrences among `words`, zeros included."""
    found = [outcome(word) for word in words]
    return [(candidate, found.count(candidate)) for candidate in OUTCOMES]
