"""Every interval of the ledger holds the truth as often as it says."""

import numpy as np
import pytest

from initbench.statistics import coverage, intervals, mean, paired_difference, paired_shares
from initbench.statistics.estimate import SHARE


@pytest.fixture(scope="module")
def table() -> list[coverage.Coverage]:
    return coverage.coverage_table(simulations=1000, resamples=500)


def test_each_interval_covers_93_percent_where_no_rare_failure_hides(table) -> None:
    missing = [row for row in table if row.required and row.simulated < coverage.REQUIRED]
    assert missing == []
    assert {row.n for row in table} >= {10, 20, 25, 30, 40, 60, 200, 1000}


def test_what_covers_less_is_in_the_table_and_said_to_be(table) -> None:
    shown = {(row.kind, row.n, row.truth): row for row in table if not row.required}
    worst = shown["t", 10, "5% of runs lose 30 points"]
    assert worst.simulated < 0.5
    assert 0 < worst.error < 0.02


def test_exact_limits_of_shares_never_cover_less_than_they_say(table) -> None:
    exact = [row for row in table if row.kind in ("Clopper-Pearson", "exact score interval")]
    assert min(row.simulated for row in exact) >= 0.95
    assert {row.error for row in exact} == {0.0}


def test_the_table_is_the_same_each_time() -> None:
    first, second = (list(coverage.means(20, 50)) for _ in range(2))
    assert first == second


def test_the_limits_of_many_samples_are_those_of_each() -> None:
    for n in (10, 60):
        samples = np.random.default_rng(n).random((3, n))
        samples[1] = 0.5
        low, high = intervals.limits(samples, SHARE)(0.95)
        alone = [mean(sample, bounds=SHARE) for sample in samples]
        # The resamples of several samples come from one stream.
        close = {"abs": 1e-12 if n == 10 else 0.01}
        assert low == pytest.approx([one.low for one in alone], **close)
        assert high == pytest.approx([one.high for one in alone], **close)


def test_the_intervals_of_ten_pairs_cover_as_their_tests_do() -> None:
    n, law = 10, (0.5, 0.1)
    inside = 0.0
    for b in range(n + 1):
        for c in range(n + 1 - b):
            first = np.arange(n) < b
            second = (np.arange(n) >= b) & (np.arange(n) < b + c)
            found = paired_difference(first, second)
            if found.low <= law[0] - law[1] <= found.high:
                inside += chance(n, b, c, law)
    assert coverage.covered(n, *law) == pytest.approx(inside)


def chance(n: int, b: int, c: int, law: tuple[float, float]) -> float:
    from scipy.stats import multinomial

    return float(multinomial.pmf([b, c, n - b - c], n, [*law, 1 - sum(law)]))


def test_the_score_rises_with_the_pairs_that_speak_for_it() -> None:
    for n, difference in ((12, -0.4), (12, 0.0), (25, 0.3), (25, 0.9)):
        for m in range(n + 1):
            b = np.arange(m + 1)
            assert (np.diff(paired_shares.score(b, m - b, n, difference)) > 0).all()
