"""Numbers, intervals and lists as a person would write them; used as template filters."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

from initbench.checkout import UNKNOWN

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_THIN_SPACE = "\u202f"


def number(x: float | None) -> str:
    """Return `x` to four significant digits, with a real minus sign and × 10ⁿ where it is short.

    None, which JSON has for NaN and infinities, reads 'not defined'.
    """
    if x is None or not math.isfinite(x):
        return "not defined"
    if float(x).is_integer() and abs(x) < 1e7:
        return _minus(f"{int(x):,}".replace(",", _THIN_SPACE))
    if 1e-3 <= abs(x) < 1e5:
        return _minus(f"{x:.4g}" if abs(x) < 1000 else f"{x:,.1f}".replace(",", _THIN_SPACE))
    mantissa, exponent = f"{x:.2e}".split("e")
    return _minus(f"{float(mantissa):g}") + _power(exponent)


def _minus(text: str) -> str:
    return text.replace("-", "−")


def estimate(value: float | None, low: float | None, high: float | None) -> str:
    """Return `value [low, high]` to the digits that the width of the interval supports.

    An exact number (low = high) stands alone; where a bound is tiny or huge, each number is
    written by itself.
    """
    if value is None:
        return number(value)
    if low is None or high is None:
        return f"{number(value)} [no bounds]"
    if low == high:
        return number(value)
    decimals = 1 - math.floor(math.log10(high - low))
    if not 0 <= decimals <= 5 or max(abs(low), abs(high)) >= 1e5:
        return f"{number(value)} [{number(low)}, {number(high)}]"
    shown = [_minus(f"{x:.{decimals}f}") for x in (value, low, high)]
    return f"{shown[0]} [{shown[1]}, {shown[2]}]"


def cell(content: object) -> str:
    """Return one table cell as text: numbers formatted, nothing for None."""
    if content is None:
        return ""
    if isinstance(content, int | float) and not isinstance(content, bool):
        return number(content)
    return str(content)


def duration(seconds: float) -> str:
    """Return a time span in the two largest units that matter, such as '3 h 12 min'."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def moment(stamp: str) -> str:
    """Return an ISO 8601 time with its zone as '2026-11-22 01:31 UTC'."""
    return f"{datetime.fromisoformat(stamp).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def enumeration(words: Sequence[str]) -> str:
    """Return the words as an enumeration: 'a', 'a and b', 'a, b and c'."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def plural(count: int, noun: str) -> str:
    """Return the count with its noun, such as '1 claim' or '85 claims'."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def changes(environment: Mapping[str, Any]) -> str:
    """Return what to say after a commit: whether files differed from it (key dirty)."""
    if environment["dirty"] is None and environment["commit"] not in ("", UNKNOWN):
        return " (whether with local changes is unknown)"
    return " with local changes" if environment["dirty"] else ""


def sentence(text: str) -> str:
    """Return `text` with a capital letter at its start and a full stop at its end.

    A name such as zero_fc1 keeps its small letter.
    """
    text = text.strip()
    closed = text if text.endswith((".", "!", "?")) else f"{text}."
    return closed if "_" in closed.partition(" ")[0] else closed[:1].upper() + closed[1:]


def rich(text: str) -> Markup:
    """Return `text` escaped, with `backticks` turned into code; no other markup is known.

    Outside of code, numbers get a real minus sign and × 10ⁿ, and stay on one line with their unit.
    """
    escaped = re.split(r"`([^`]+)`", str(escape(text)))
    parts = (f"<code>{x}</code>" if place % 2 else _typeset(x) for place, x in enumerate(escaped))
    return Markup("".join(parts))


def _typeset(text: str) -> str:
    minus = re.sub(r"(?<![\w.)-])-(?=\d)", "−", text)
    # Not inside of a name such as kick_1e-3.
    scientific = r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]\d+)\b"
    powers = re.sub(scientific, lambda found: found[1] + _power(found[2]), minus)
    return re.sub(r"(?<=\d) (?=[%×])|(?<=×) |(?<=\bn) (?==)|(?<=\bn =) ", "\u00a0", powers)


def _power(exponent: str) -> str:
    return " × 10" + str(int(exponent)).translate(_SUPERSCRIPTS)


def linked(text: str, claims: Collection[str]) -> Markup:
    """Return `text` as by `rich`, each id of one of `claims` in it turned into a link to it."""

    def link(match: re.Match[str]) -> str:
        return f'<a href="#{match[0]}">{match[0]}</a>' if match[0] in claims else match[0]

    return Markup(re.sub(r"\b[A-Z]+\d{2,3}\b", link, str(rich(text))))


def slug(text: str) -> str:
    """Return `text` as a part of an HTML id: letters, digits, hyphens and underscores."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text)
