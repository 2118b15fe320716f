"""What a case may come to, and what counts as a refusal in one sentence."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

LONGEST = 500  # characters of a sentence with its list of known names, without scratch paths
Outcome = Literal["refused", "survived", "wrong", "lost"]
OUTCOMES: tuple[Outcome, ...] = ("refused", "survived", "wrong", "lost")


@dataclass(frozen=True)
class Verdict:
    """How a case came out, and what was seen.

    refused: in one sentence that helps. survived: accepted, and all is right. wrong: an ill-told
    refusal, no answer, or something left behind. lost: wrong numbers pass, or something of the
    user's is gone.
    """

    outcome: Outcome
    seen: str

    @property
    def good(self) -> bool:
        """Whether nothing is to be mended."""
        return self.outcome in ("refused", "survived")


@dataclass(frozen=True)
class Case:
    """One fault to try, by a name that finds it again."""

    name: str
    run: Callable[[], Verdict]


def refusal(message: str, folder: str, named: Iterable[str]) -> Verdict:
    """Judge a `message` that should be one sentence and name one of the words `named`.

    Paths below `folder` are shortened first.
    """
    text = message.replace(f"{folder}/", "")
    if fault := _fault(text, list(named)):
        return Verdict("wrong", f"{fault}: {text}")
    return Verdict("refused", text)


def is_ours(error: BaseException) -> bool:
    """Tell whether an error is one whose message the project means for its users."""
    return type(error).__name__ == "InitbenchError"


def raised(error: BaseException, folder: Path, named: Iterable[str]) -> Verdict:
    """Judge an error: ours by its sentence, another as one that nobody foresaw."""
    if is_ours(error):
        return refusal(str(error), str(folder), named)
    return Verdict("wrong", f"{type(error).__name__}: {error}"[:500])


def _fault(text: str, named: list[str]) -> str | None:
    """Return why `text` is no helpful sentence, or None."""
    if "\n" in text:
        return "several lines"
    if len(text) > LONGEST:
        return f"{len(text)} characters"
    if named and not any(word in text for word in named):
        return f"names none of {named}"
    return None


def sentences(output: str) -> list[str]:
    """Return the lines in which the project itself says what is wrong."""
    always = ("training jobs in the grid", "jobs to do", "measured jobs", "are left out", "used ")
    found = re.findall(r"^ *initbench: (.*)$", output, re.MULTILINE)
    return [line for line in found if not any(words in line for words in always)]
