"""Known answers and properties of estimates, intervals and tests."""

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from initbench.errors import InitbenchError
from initbench.statistics import (
    GAIN,
    SHARE,
    Estimate,
    auc,
    equivalence_p,
    exact,
    holm,
    mean,
    median,
    p_value,
    paired_difference,
    paired_shares,
    proportion,
    spearman,
    studentised,
    undefined,
)
from initbench.statistics.significance import sign_flips

numbers = st.floats(-1e3, 1e3, allow_subnormal=False).map(lambda x: round(x, 3))
samples = st.lists(numbers, min_size=1, max_size=80)
flags = st.lists(st.booleans(), min_size=1, max_size=200)
few = settings(max_examples=60, deadline=None)


def contains(estimate: Estimate) -> bool:
    inner = estimate.low90 <= estimate.value <= estimate.high90
    return inner and estimate.low <= estimate.low90 and estimate.high90 <= estimate.high


def counted(successes: int, n: int) -> np.ndarray:
    return np.arange(n) < successes


# Known answers


def test_clopper_pearson_of_no_success_is_the_rule_of_three():
    estimate = proportion(counted(0, 1000))
    assert estimate.low == 0
    assert estimate.high == pytest.approx(1 - 0.025 ** (1 / 1000))


def test_clopper_pearson_against_scipy():
    estimate = proportion(counted(7, 30))
    bounds = stats.binomtest(7, 30).proportion_ci(0.95, method="exact")
    assert (estimate.low, estimate.high) == pytest.approx((bounds.low, bounds.high))


def test_small_samples_have_a_t_interval():
    x = np.array([0.1, 0.4, -0.2, 0.3, 0.25])
    bounds = stats.ttest_1samp(x, 0).confidence_interval(0.95)
    assert (mean(x).low, mean(x).high) == pytest.approx((bounds.low, bounds.high))
    assert mean(x).method == "t interval"


def test_large_samples_have_a_bca_interval_skewed_like_the_sample():
    x = np.random.default_rng(1).exponential(size=200)
    estimate = mean(x)
    expected = stats.bootstrap((x,), np.mean, n_resamples=10_000, rng=np.random.default_rng(5))
    assert estimate.method == "BCa bootstrap"
    assert estimate.low == pytest.approx(expected.confidence_interval.low, abs=0.01)
    assert estimate.high == pytest.approx(expected.confidence_interval.high, abs=0.01)
    assert estimate.high - estimate.value > estimate.value - estimate.low


def test_the_bootstrap_changes_from_t_at_fifty():
    x = np.linspace(0, 1, 50)
    assert mean(x[:49]).method == "t interval"
    assert mean(x).method == "BCa bootstrap"


def test_a_rare_event_among_many_zeros_is_no_degenerate_case():
    estimate = mean(np.r_[np.zeros(199), 1.0], bounds=SHARE)
    assert 0 <= estimate.low < estimate.value < estimate.high < 0.1


def test_order_statistics_of_ten():
    estimate = median(np.arange(1, 11))
    # P(B <= 1) = 11/1024 = 0.0107 for B ~ Bin(10, 1/2): the second and the ninth value.
    assert (estimate.low, estimate.value, estimate.high) == (2, 5.5, 9)


def test_median_of_five_has_no_95_percent_bound_but_takes_infinities():
    estimate = median([1, 2, 3, math.inf, math.inf])
    assert (estimate.low, estimate.value, estimate.high) == (-math.inf, 3, math.inf)
    assert (estimate.low90, estimate.high90) == (1, math.inf)


def test_exact_numbers_have_no_width():
    estimate = exact(54, unit="parameters")
    assert {estimate.low, estimate.high, estimate.low90, estimate.high90} == {54}
    assert estimate.unit == "parameters"


def test_auc_against_scikit_learn_with_ties():
    score, label = [1, 2, 2, 3, 4, 4, 5, 0], [0, 0, 1, 0, 1, 1, 1, 0]
    assert auc(score, label).value == pytest.approx(roc_auc_score(label, score))


def test_auc_interval_solves_newcombes_equation():
    label = counted(12, 40)
    score = np.random.default_rng(3).normal(size=40) + label
    estimate = auc(score, label)
    for theta in (estimate.low, estimate.high):
        weight = (1 - theta) / (2 - theta) + theta / (1 + theta)
        variance = theta * (1 - theta) * (1 + (40 / 2 - 1) * weight) / (12 * 28)
        assert abs(estimate.value - theta) == pytest.approx(1.959964 * math.sqrt(variance))


def test_perfect_separation_is_not_certain():
    estimate = auc([1, 2, 3, 4, 5, 6], [0, 0, 0, 1, 1, 1])
    assert estimate.value == estimate.high == 1
    assert estimate.low < 0.9


def test_spearman_against_scipy_and_fishers_z():
    x, y = np.arange(10), np.array([2, 1, 4, 3, 6, 5, 8, 7, 10, 9])
    estimate = spearman(x, y)
    r = stats.spearmanr(x, y).statistic
    half = 1.959964 * math.sqrt((1 + r**2 / 2) / 7)
    assert estimate.value == pytest.approx(r)
    assert estimate.low == pytest.approx(math.tanh(math.atanh(r) - half))


def test_perfect_rank_correlation_raises_no_warning():
    assert spearman([1, 2, 3, 4, 5], [1, 4, 9, 16, 25]).low == pytest.approx(1)


@pytest.mark.parametrize("n", [5, 8, 13, 16])
def test_sign_flip_p_by_enumeration(n):
    x = np.random.default_rng(n).normal(0.4, 1, n)
    signs = np.array(list(itertools.product([-1, 1], repeat=n)))
    expected = np.mean(np.abs(signs @ (x - 0.1)) >= abs((x - 0.1).sum()) - 1e-12)
    assert p_value(paired_difference(x, np.zeros(n)), 0.1) == pytest.approx(expected)


def test_sign_flip_p_of_many_pairs_is_near_the_t_test():
    x = np.random.default_rng(2).normal(0.1, 1, 200)
    p = p_value(paired_difference(x, np.zeros(200)), 0.0)
    assert p == pytest.approx(stats.ttest_1samp(x, 0).pvalue, abs=0.015)


def test_equivalence_p_by_enumeration():
    x = np.array([0.01, -0.02, 0.03, 0.0, 0.01])
    signs = np.array(list(itertools.product([-1, 1], repeat=5)))
    tails = [np.mean(signs @ y >= y.sum() - 1e-12) for y in (x + 0.02, 0.02 - x)]
    assert equivalence_p(paired_difference(x, np.zeros(5)), 0.02) == pytest.approx(max(tails))


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


# Degenerate samples


@pytest.mark.parametrize("n", [10, 20, 60])
def test_equal_runs_leave_room_for_what_they_did_not_meet(n):
    estimate = paired_difference(np.full(n, 0.3), np.full(n, 0.1), bounds=GAIN)
    share = proportion_confint(0, n, alpha=0.05, method="beta")[1]
    assert (estimate.value, estimate.method) == (pytest.approx(0.2), "constant sample")
    assert estimate.low == pytest.approx(0.2 - share * 1.2)
    assert estimate.high == pytest.approx(0.2 + share * 0.8)
    assert p_value(estimate, estimate.low) == pytest.approx(0.05)
    assert p_value(estimate, estimate.high) == pytest.approx(0.05)


def test_equal_runs_of_a_quantity_without_bounds_have_no_limits():
    estimate = paired_difference(np.full(20, 0.3), np.full(20, 0.1))
    assert (estimate.low, estimate.high) == (-math.inf, math.inf)
    assert p_value(estimate, 0.0) == 1.0


@pytest.mark.parametrize("apart", [1e-12, 1e-6, 1e-4])
def test_one_run_that_hardly_differs_makes_equal_runs_no_sharper(apart):
    equal, other = np.full(10, 0.1135), np.r_[np.full(9, 0.1135), 0.1135 + apart]
    wide, found = mean(equal, bounds=SHARE), mean(other, bounds=SHARE)
    assert found.low == pytest.approx(wide.low, abs=1e-4)
    assert found.high == pytest.approx(wide.high, abs=1e-4)


def test_two_values_have_no_narrower_limits_than_their_count():
    x = np.where(counted(4, 40), 0.9, 0.1)
    estimate = mean(x, bounds=SHARE)
    assert estimate.high == pytest.approx(0.1 + 0.8 * proportion_confint(4, 40, method="beta")[1])
    pairs = paired_difference(x, np.zeros(40), bounds=GAIN)
    assert p_value(pairs, estimate.high) == pytest.approx(0.05)


def test_limits_stay_inside_the_bounds():
    estimate = mean([0.9, 0.99, 1.0], bounds=SHARE)
    assert (estimate.high, mean([0.5], bounds=SHARE).low) == (1.0, 0.0)
    assert mean([0.9, 0.99, 1.0]).high > 1


# Differences of shares


def shares(b, c, n):
    first = counted(b, n)
    return paired_difference(first, np.roll(counted(c, n), b))


def test_tangos_score_by_hand():
    # b = 5, c = 1, n = 20, difference 0: (b - c) / sqrt(b + c), as McNemar's.
    assert paired_shares.score([5], [1], 20, 0.0)[0] == pytest.approx(4 / math.sqrt(6))
    # The example of Tango (1998, table 1): 12 and 2 of 44, limits by his equation.
    low, high = tango(12, 2, 44)
    assert (low, high) == pytest.approx((0.0664, 0.3823), abs=2e-2)


def tango(b, c, n):
    grid = np.linspace(-0.999, 0.999, 4001)
    inside = [d for d in grid if abs(paired_shares.score([b], [c], n, d)[0]) < 1.959964]
    return min(inside), max(inside)


@pytest.mark.parametrize(("b", "c", "n"), [(40, 12, 100), (0, 0, 200), (90, 0, 100), (7, 0, 61)])
def test_many_pairs_of_shares_have_tangos_interval(b, c, n):
    estimate = shares(b, c, n)
    assert estimate.method == "Tango score interval"
    assert (estimate.low, estimate.high) == pytest.approx(tango(b, c, n), abs=1e-3)


def test_ten_of_ten_pairs_are_no_certainty():
    estimate = shares(10, 0, 10)
    # ((1 + d) / 2)^10 = 0.025: as many pairs speak against a as the difference d allows.
    assert (estimate.value, estimate.high) == (1.0, 1.0)
    assert estimate.low == pytest.approx(2 * 0.025**0.1 - 1, abs=1e-5)
    assert p_value(estimate, 0.0) == pytest.approx(2 / 2**10)
    assert estimate.method == "exact score interval"
    assert 0.25 < shares(0, 0, 10).high < 0.35


def test_the_tail_of_an_exact_test_by_enumeration_of_all_pairs():
    n, difference, law = 5, 0.2, (0.35, 0.15)
    observed = paired_shares.score([3], [0], n, difference)[0]
    chance = sum(
        math.prod({1: law[0], -1: law[1], 0: 1 - sum(law)}[pair] for pair in pairs)
        for pairs in itertools.product((1, 0, -1), repeat=n)
        if paired_shares.score([pairs.count(1)], [pairs.count(-1)], n, difference)[0]
        >= observed - 1e-9
    )
    discordant = 0.2 + (1 - np.cos(np.linspace(0, np.pi, paired_shares.NUISANCE))) / 2 * 0.8
    tails = paired_shares.tail_probabilities(n, difference, observed)
    assert np.interp(0.5, discordant, tails) == pytest.approx(chance, rel=1e-3)
    assert paired_shares.upper_tail(3, 0, n, difference) == tails.max() >= chance


@pytest.mark.parametrize("n", [10, 20])
@pytest.mark.parametrize("threshold", [-0.1, 0.0, 0.1, 0.5])
def test_interval_and_p_value_of_shares_agree(n, threshold):
    for b, c in itertools.product(range(0, n + 1, 3), repeat=2):
        if b + c <= n:
            estimate = shares(b, c, n)
            outside = not estimate.low <= threshold <= estimate.high
            assert outside == (p_value(estimate, threshold) <= 0.05)
            within = estimate.low90 > -0.3 and estimate.high90 < 0.3
            assert within == (equivalence_p(estimate, 0.3) <= 0.05)


def test_only_true_and_false_are_shares():
    a, b = counted(7, 10), counted(2, 10)
    assert paired_difference(a, b).method == "exact score interval"
    assert paired_difference(a.astype(float), b).method == "t interval"
    assert paired_difference(a, b).sample.sum() == 5


# The studentised bootstrap


def test_the_studentised_bootstrap_by_its_roots():
    x = np.random.default_rng(4).exponential(size=15)
    estimate = studentised(paired_difference(x, np.zeros(15)))
    draws = np.random.default_rng(9).choice(x, (20_000, 15))
    roots = (draws.mean(1) - x.mean()) / (draws.std(1, ddof=1) / math.sqrt(15))
    low, high = x.mean() - stats.sem(x) * np.quantile(roots, [0.975, 0.025])
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=0.1)
    assert estimate.method == "studentised bootstrap"
    assert p_value(estimate, estimate.low) == pytest.approx(0.05, abs=0.002)
    assert p_value(estimate, x.mean() + 9) < 0.001


def test_of_symmetric_differences_it_says_what_t_says():
    x = np.random.default_rng(5).normal(size=40)
    plain = paired_difference(x, np.zeros(40))
    found = studentised(plain)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=0.05)
    assert found.value == plain.value


def test_it_leaves_shares_ties_and_the_undefined_and_refuses_what_has_no_pairs():
    for estimate in (shares(3, 0, 9), paired_difference([1.0] * 9, [0.0] * 9), undefined(3)):
        assert studentised(estimate) is estimate
    with pytest.raises(InitbenchError, match="paired differences"):
        studentised(mean([1.0, 2.0, 4.0]))


def test_one_pair_has_no_bounds():
    estimate = mean([0.5])
    assert (estimate.low, estimate.high) == (-math.inf, math.inf)


@pytest.mark.parametrize(
    "estimate",
    [
        mean([]),
        mean([1.0, math.nan]),
        mean([math.inf, -math.inf]),
        median([1.0, math.nan]),
        proportion([]),
        auc([1, 2, 3], [1, 1, 1]),
        spearman([1, 2, 3], [5, 5, 5]),
        paired_difference([1.0, math.nan], [0.0, 0.0]),
    ],
)
def test_what_cannot_be_estimated_is_undefined(estimate):
    assert estimate.method == "undefined"
    assert math.isnan(estimate.value)
    assert estimate.sample is None


def test_bad_input_dies_in_a_sentence():
    with pytest.raises(InitbenchError, match="true or false"):
        proportion([0.99, 0.5])
    with pytest.raises(InitbenchError, match="equally many"):
        paired_difference([1, 2], [1])
    with pytest.raises(InitbenchError, match="align them"):
        auc([1, 2], [1])
    with pytest.raises(InitbenchError, match="paired differences"):
        p_value(mean([1, 2, 3]), 0)


# Properties


@few
@given(flags)
def test_shares_contain_themselves_and_stay_in_the_unit_interval(success):
    estimate = proportion(success)
    assert contains(estimate)
    assert 0 <= estimate.low < estimate.high <= 1


@few
@given(st.integers(1, 300), st.data())
def test_a_share_grows_with_the_successes(n, data):
    successes = data.draw(st.integers(0, n - 1))
    less, more = proportion(counted(successes, n)), proportion(counted(successes + 1, n))
    assert less.low < more.low
    assert less.high < more.high


@few
@given(samples)
def test_means_and_medians_contain_themselves(x):
    assert contains(mean(x))
    assert contains(median(x))


@few
@given(st.lists(st.tuples(numbers, st.booleans()), min_size=1, max_size=60))
def test_auc_and_spearman_contain_themselves_or_are_undefined(pairs):
    score, label = zip(*pairs, strict=True)
    for estimate in (auc(score, label), spearman(score, label)):
        assert estimate.method == "undefined" or contains(estimate)


@few
@given(st.lists(numbers, min_size=2, max_size=30), st.randoms())
def test_the_order_of_seeds_does_not_matter(x, random):
    shuffled = x.copy()
    random.shuffle(shuffled)
    assert mean(shuffled).low == pytest.approx(mean(x).low)
    assert median(shuffled) == median(x)
    if len(x) <= 12:
        pairs = [paired_difference(y, np.zeros(len(y))) for y in (x, shuffled)]
        assert p_value(pairs[0], 0.5) == pytest.approx(p_value(pairs[1], 0.5))


@few
@given(st.lists(numbers, min_size=2, max_size=12), numbers)
def test_swapping_the_arms_turns_the_difference_round(x, threshold):
    zeros = np.zeros(len(x))
    there, back = paired_difference(x, zeros), paired_difference(zeros, x)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
    assert p_value(back, -threshold) == pytest.approx(p_value(there, threshold))


@given(st.integers(1, 20), st.sampled_from([-0.3, 0.1, 2.0]))
def test_sign_flips_of_a_constant_shift_are_one_pattern_of_all(n, shift):
    flips = sign_flips(np.full(n, shift), 0.0)
    assert min(flips) == pytest.approx(2**-n)
    assert sign_flips(np.full(n, shift), shift) == (1.0, 1.0)


def test_a_constant_shift_of_many_pairs_has_the_smallest_tail_of_ten_thousand_draws():
    assert sign_flips(np.full(60, 0.2), 0.1)[0] == pytest.approx(1 / 10_001)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_is_monotone_never_below_the_raw_p_and_agrees_with_statsmodels(p_values):
    adjusted = holm(p_values)
    assert all(a >= p for a, p in zip(adjusted, p_values, strict=True))
    assert all(a <= 1 for a in adjusted)
    in_order = [a for _, a in sorted(zip(p_values, adjusted, strict=True))]
    assert in_order == sorted(in_order)
    assert adjusted == pytest.approx(multipletests(p_values, method="holm")[1])


def test_estimates_survive_json_without_nan():
    estimate = Estimate(0.1, 0.0, 0.2, 0.05, 0.15, 20, "t interval", "pp", p={"0.1": 0.25})
    assert Estimate.from_dict(json.loads(json.dumps(estimate.to_dict()))) == estimate
    text = json.dumps(undefined(3).to_dict(), allow_nan=False)
    assert math.isnan(Estimate.from_dict(json.loads(text)).value)
    assert json.loads(text)["low"] is None


def test_estimates_are_reproducible():
    x = np.random.default_rng(0).normal(size=100)
    assert mean(x) == mean(x)
    estimate = paired_difference(x, np.zeros(100))
    assert p_value(estimate, 0.1) == p_value(estimate, 0.1)
