"""A small drawing beside a number: the interval, its point, and the thresholds of the rule."""

from collections.abc import Sequence

from markupsafe import Markup

_WIDTH, _HEIGHT, _MARGIN = 150, 26, 9


def strip(
    value: float | None, low: float | None, high: float | None, levels: Sequence[float]
) -> Markup:
    """Return an SVG of the interval against the rule's thresholds; empty where one has no number.

    The axis runs over all that is drawn, so strips of different quantities do not compare. It is
    hidden from screen readers, since the table beside it holds the same numbers.
    """
    if not levels or value is None or low is None or high is None:
        return Markup()
    shown = [value, low, high, *levels]
    if min(shown) == max(shown):
        return Markup()
    start, span = min(shown), max(shown) - min(shown)

    def x(number: float) -> str:
        return f"{_MARGIN + (number - start) / span * (_WIDTH - 2 * _MARGIN):.1f}"

    marks = Markup().join(
        Markup('<path class="level" d="M{0} 2V{1}"/>').format(x(level), _HEIGHT - 2)
        for level in levels
    )
    middle = _HEIGHT // 2
    return Markup(
        '<svg class="strip" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-hidden="true">'
        '<path class="axis" d="M0 {m}H{w}"/>{marks}'
        '<path class="whisker" d="M{low} {m}H{high}"/><circle cx="{value}" cy="{m}" r="4"/></svg>'
    ).format(w=_WIDTH, h=_HEIGHT, m=middle, marks=marks, low=x(low), high=x(high), value=x(value))
