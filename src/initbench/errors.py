"""The one exception that users see: a sentence that says what was seen, expected and to do."""

import difflib
from collections.abc import Iterable


class InitbenchError(ValueError):
    """Bad input; the message is one sentence and ends the run with a non-zero exit status."""


def unknown(kind: str, name: str, known: Iterable[str]) -> InitbenchError:
    """Return the error for an unknown `name` of some `kind`, with the nearest known names."""
    names, shown = sorted(known), str(name)[:40]
    near = difflib.get_close_matches(shown, names, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"choose one of: {', '.join(names)}."
    return InitbenchError(f"Unknown {kind} {shown!r}; {hint}")
