"""What the rows on depth are made of: variance shares, steps, gradients, the monitor, choices."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from depth_world import BAD, GOOD, World
from initbench.claims.adjudicators.depth import (
    choice,
    gradients,
    monitor,
    remedies,
)
from initbench.claims.adjudicators.depth.arms import as_ratio, net, slowdown, steps_to_learn
from initbench.claims.adjudicators.depth.learning import (
    accuracy_over_training,
    eta_squared,
    share_between,
)
from initbench.claims.adjudicators.depth.traps import freed
from initbench.claims.adjudicators.kit.registry import adjudicator
from synthetic import share

pytestmark = pytest.mark.usefixtures("without_chance")

TABLE = np.array([[0.9, 0.8, 0.95, 0.7], [0.5, 0.6, 0.4, 0.3], [0.1, 0.3, 0.2, 0.1]])
NOISE = arrays(np.float64, (3, 5), elements=st.floats(-1, 1, width=16))


def test_the_share_of_variance_is_that_of_the_two_way_layout() -> None:
    cells = [(i, s, TABLE[i, s]) for i in range(3) for s in range(4)]
    frame = pd.DataFrame(cells, columns=["init", "seed", "y"])
    squares = anova_lm(ols("y ~ C(init) + C(seed)", frame).fit())["sum_sq"]
    assert eta_squared(*TABLE) == pytest.approx(squares["C(init)"] / squares.sum())


def test_a_share_of_variance_is_one_without_luck_and_zero_without_variance() -> None:
    assert share_between(np.repeat([[0.1], [0.9]], 10, axis=1)).value == pytest.approx(1)
    flat = share_between(np.full((3, 10), 0.1))
    assert (flat.value, flat.low, flat.high) == (0, 0, 1)  # what never varied tells no limits


@given(NOISE)
def test_the_share_of_variance_lies_between_zero_and_one_and_has_no_unit(table: np.ndarray) -> None:
    value = float(eta_squared(*table))
    assert -1e-9 <= value <= 1 + 1e-9
    if np.ptp(table) > 1e-3:
        assert eta_squared(*(2 * table + 1)) == pytest.approx(value, abs=1e-9)


def test_the_interval_of_a_variance_share_lies_about_it_and_narrows_with_more_seeds() -> None:
    stream = np.random.default_rng(1)
    few, many = (
        share_between(np.array([[0.0], [1.0]]) + stream.normal(size=(2, n))) for n in (8, 80)
    )
    for estimate in (few, many):
        assert 0 <= estimate.low < estimate.value < estimate.high <= 1
    assert many.high - many.low < few.high - few.low


def test_steps_are_those_of_the_first_evaluation_at_the_level() -> None:
    steps = np.array([0.0, 8.0, 9.0, 79.0, 80.0, 395.0, np.inf])
    tables = World(steps={"mlp_depth/mlp_relu_d10/lsuv": steps}, seeds=7).tables()
    found = steps_to_learn(tables, net("relu", 10, "lsuv"))
    assert found.tolist() == [0, 8, 16, 79, 118, 395, 395]


def test_a_ratio_of_steps_is_the_geometric_mean_with_its_interval() -> None:
    steps = np.resize([79.0, 158.0], 12)
    alike = {"mlp_depth/mlp_relu_d10/he_normal": 79.0}
    tables = World(steps={"mlp_depth/mlp_relu_d10/lsuv": steps} | alike).tables()
    slow = slowdown(tables, net("relu", 10, "lsuv"), net("relu", 10, "he_normal"))
    ratio = as_ratio(slow)
    assert ratio.value == pytest.approx(np.sqrt(2))
    assert (ratio.low, ratio.high) == pytest.approx((10**slow.low, 10**slow.high))
    assert ratio.sample is None


def test_accuracy_over_training_is_the_area_under_the_curve() -> None:
    soon = {"mlp_depth/mlp_relu_d10/lsuv": 79.0}
    found = accuracy_over_training(World(steps=soon).tables(), net("relu", 10, "lsuv"))
    rise = 0.75 * ((79 - 59) / 2 + 395 - 79)  # from 0.1 at update 59 to 0.85 at update 79
    assert found.to_numpy() == pytest.approx(np.full(12, 0.1 + rise / 395))


def test_the_best_rival_is_named_and_pairs_are_formed_by_seed() -> None:
    ladder = np.linspace(0, 0.1, 12)
    net_30 = "mlp_depth/mlp_relu_d30"
    world = World({f"{net_30}/he_normal": 0.8 + ladder, f"{net_30}/xavier_normal": 0.7 + ladder})
    shuffled = world.frame("mlp_depth/outcomes").sample(frac=1, random_state=1)
    tables = world.tables()
    tables.frames["mlp_depth/outcomes"] = shuffled
    found = adjudicator("B73")(tables)
    assert found["gain"]["d30"].method.endswith("against xavier_normal")
    assert found["over"]["xavier"].sample == pytest.approx(np.full(12, 0.1))


def test_a_first_gradient_that_is_not_finite_counts_as_the_largest_number() -> None:
    world = World(gradient={"mlp_depth/*/normal_1/layers.0.weight": np.nan})
    assert adjudicator("B20")(world.tables())["ratio"]["relu_d10"].value == gradients.LARGEST


def test_a_vanished_gradient_of_both_inits_is_not_called_explosion() -> None:
    world = World(gradient={"mlp_depth/*/layers.0.weight": 0.0})
    assert np.isnan(adjudicator("B20")(world.tables())["ratio"]["relu_d10"].value)


def test_runs_that_diverged_are_counted() -> None:
    world = World(diverged="mlp_depth/mlp_relu_d30/normal_1")
    assert adjudicator("B20")(world.tables())["diverged"].value == 0.25


def test_only_runs_that_were_stuck_before_the_kick_can_be_freed() -> None:
    before = np.resize([0.11, 0.5], 12)
    world = World({"*_kick_*": GOOD}, before={"mlp_kick_1e-3/mlp_relu_d10/zeros": before})
    found = freed(world.tables(), "relu_zeros", "1e-3")
    assert found.tolist() == [True] * 6
    assert adjudicator("B04")(world.tables())["stuck"].value == pytest.approx(66 / 72)


def test_the_extreme_of_many_nets_is_named() -> None:
    found = adjudicator("B13")(World({"mlp_depth/mlp_tanh_d3/zeros": GOOD}).tables())
    assert found["highest"].method.endswith("tanh_d3")


def test_the_monitor_reads_distances_from_one() -> None:
    rms = {"mlp_depth/mlp_relu_d10/lsuv": 1e-3, "mlp_depth/mlp_tanh_d10/lsuv": 1e3}
    rms |= {"mlp_depth/mlp_relu_d30/lsuv": 0.0, "mlp_depth/mlp_tanh_d30/lsuv": np.nan}
    seen = monitor.readings(World(rms=rms).tables())
    sizes = seen.xs("lsuv", level="init")["size"][0].groupby("architecture").first()
    nets = [f"mlp_{name}" for name in ("relu_d10", "tanh_d10", "relu_d30", "tanh_d30", "relu_d3")]
    assert sizes[nets].tolist() == pytest.approx([3, 3, 38, 38, 0])


def test_the_monitor_never_sees_the_init_that_it_judges() -> None:
    tables = World().tables()
    seen, failed = monitor.readings(tables), monitor.failures(tables)
    own = failed.index.get_level_values("init") == "normal_1"
    scores = [monitor.foreseen(seen, labels) for labels in (failed, failed ^ own)]
    mine, others = ([s[s.index.isin(failed.index[part])] for s in scores] for part in (own, ~own))
    assert mine[0].equals(mine[1])
    assert not others[0].equals(others[1])


def test_a_restart_is_the_run_of_the_next_seed() -> None:
    runs = pd.DataFrame({"a": [True, False, False]}, index=[1, 2, 3])
    assert remedies.restarted(runs)["a"].tolist() == [False, False, True]


def test_a_remedy_is_compared_with_a_restart_and_not_with_the_run_itself() -> None:
    half = share(0.5, 12, GOOD, BAD)
    world = World({"mlp_depth/mlp_relu_d30/normal_0.01": half})
    found = adjudicator("B84")(world.tables())
    alarmed_inits = round(5 * found["alarms"].value)
    assert alarmed_inits >= 2
    assert found["lsuv"].value == pytest.approx(1 - 0.5 / alarmed_inits)
    assert found["lsuv"].sample is not None
    assert not np.allclose(found["lsuv"].sample, found["lsuv_over_same"].sample)


def test_the_order_of_the_rows_does_not_matter_to_alarms_and_restarts() -> None:
    world = World({"mlp_depth/mlp_relu_d30/normal_*": share(0.3, 12, GOOD, BAD)})
    tables = world.tables()
    for name in ("mlp_depth/outcomes", "mlp_depth/layers", "ln_depth/outcomes"):
        tables.frames[name] = world.frame(name).sample(frac=1, random_state=1)
    found, expected = (adjudicator("B84")(t) for t in (tables, world.tables()))
    for name, estimate in expected.items():
        assert found[name].value == pytest.approx(estimate.value), name


def test_without_an_alarm_there_is_nothing_to_remedy() -> None:
    found = adjudicator("B84")(World({"mlp_depth/*": GOOD}).tables())
    assert found["alarms"].value == 0
    assert np.isnan(found["lsuv"].value)


def test_the_advice_follows_activation_and_depth() -> None:
    advised = [choice.advice(*pair) for pair in (("relu", 3), ("tanh", 10), ("relu", 30))]
    assert advised == ["he_normal", "xavier_normal", "lsuv"]


def test_regrets_are_distances_from_the_best_init_of_each_net() -> None:
    changes = {"mlp_depth/*": 0.5, "mlp_depth/mlp_relu_d3/he_normal": 0.9}
    found = adjudicator("B90")(World(changes).tables())
    assert found["regret_rule"].value == pytest.approx(0, abs=1e-9)
    assert found["regret_single"].value == pytest.approx(0, abs=1e-9)
    assert found["regret_random"].value == pytest.approx(0.4 / 12 * 7 / 8)
    assert "he_normal" in found["over_single"].method
