"""Tuning, regression and statuses: what a cell adds to the training of a block."""

from itertools import chain

import numpy as np
import pytest
import torch

from initbench.datasets import Split
from initbench.errors import InitbenchError
from initbench.training.cell import train_cell
from initbench.training.objectives import OBJECTIVES, status
from initbench.training.protocol import FIRST_TUNING_SEED, Protocol
from initbench.training.tuning import grown_outward, held_out, tuned_rate

SEEDS = range(40, 43)
NET = {"family": "mlp", "inputs": 3, "width": 8, "depth": 1, "classes": 2, "activation": "tanh"}
RECIPE = {"epochs": 5, "optimizer": "sgd", "batch": 8, "learning_rate": 0.1}


def blobs(seeds, samples=40):
    """Return two classes that one coordinate parts, drawn anew for each seed."""
    rng = [np.random.default_rng(seed) for seed in seeds]
    y = np.stack([r.permutation(np.arange(samples) % 2) for r in rng])
    x = np.stack([r.normal(size=(samples, 3)) for r in rng]).astype(np.float32)
    x[..., 0] += 4 * y - 2
    return Split(x, y.astype(np.int64), x.copy(), y.astype(np.int64))


def spec(**protocol):
    return {"architecture": NET, "init": {"method": "default"}, "protocol": {**RECIPE, **protocol}}


def tuned(rates, **protocol):
    """Return a cell that tries `rates` and no others."""
    bounds = {"lowest": min(rates), "highest": max(rates)}
    return spec(learning_rate=rates, tuning={"seeds": 2, "held_out": 0.25, **bounds}, **protocol)


def test_tuning_takes_the_rate_that_learns():
    tables = train_cell(tuned([1e-7, 0.3]), blobs, SEEDS)
    outcomes = tables["outcomes"].to_pandas()
    assert (outcomes.learning_rate == 0.3).all()
    rows = tables["layers"].to_pandas().query("layer == 'tuning'")
    assert len(rows) == 2 * 2 * len(SEEDS)
    (low, high) = (
        rows.pivot(index=["seed", "index"], columns="quantity", values="value").loc[40].to_numpy()
    )
    assert (low[0], high[0]) == (1e-7, 0.3)
    assert high[1] > 0.9 > low[1]


def test_ties_go_to_the_smaller_rate_and_divergence_counts_as_nothing():
    tie = train_cell(tuned([1e-12, 1e-13]), blobs, SEEDS)["outcomes"]
    assert tie["learning_rate"][0].as_py() == 1e-13
    relu = {**tuned([1e30, 0.1], epochs=20), "architecture": {**NET, "activation": "relu"}}
    assert train_cell(relu, blobs, SEEDS)["outcomes"]["learning_rate"][0].as_py() == 0.1


PEAKS = {  # where the best rate lies: the rates tried one after another, and all of them
    "inside": (0.03, [[0.1, 0.03, 0.01]]),
    "below": (0.0011, [[0.1, 0.03, 0.01], [0.003], [0.001], [0.0003]]),
    "above": (0.9, [[0.1, 0.03, 0.01], [0.3], [1.0], [3.0]]),
    "beyond the upper bound": (50, [[0.1, 0.03, 0.01], [0.3], [1.0], [3.0]]),
    "beyond the lower bound": (1e-9, [[0.1, 0.03, 0.01], [0.003], [0.001], [0.0003]]),
}


@pytest.mark.parametrize("place", PEAKS)
def test_rates_grow_outward_until_the_best_lies_inside_or_at_a_bound(place):
    peak, expected = PEAKS[place]
    asked = []

    def scores_of(rates):
        asked.append(list(rates))
        return {rate: -abs(np.log(rate / peak)) for rate in rates}

    scores = grown_outward([0.1, 0.03, 0.01], (0.0003, 3), scores_of, learns=-np.inf)
    assert asked == expected
    assert list(scores) == sorted(chain(*expected))
    inside = min(scores) < tuned_rate(scores) < max(scores)
    assert inside == ("beyond" not in place)


def test_where_nothing_learns_all_rates_up_to_the_bounds_are_tried_once():
    asked = []

    def scores_of(rates):
        asked.append(list(rates))
        return {rate: 0.9 if rate == 1e-4 else 0.1 for rate in rates}

    scores = grown_outward([0.1, 0.03], (1e-5, 3), scores_of, learns=0.15)
    others = [1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 0.3, 1.0, 3.0]
    assert asked == [[0.1, 0.03], others]
    assert tuned_rate(scores) == 1e-4
    asked.clear()
    nothing = grown_outward([0.1, 0.03], (1e-5, 3), lambda r: dict.fromkeys(r, 0.1), learns=0.15)
    assert tuned_rate(nothing) == 1e-5


def test_rates_further_out_are_trained_where_the_listed_ones_are_too_small():
    cell = tuned([1e-4, 3e-4])
    cell["protocol"]["tuning"]["highest"] = 1.0
    outcomes = train_cell(cell, blobs, SEEDS)["outcomes"].to_pandas()
    assert (outcomes.learning_rate > 3e-3).all()
    assert (outcomes.test_accuracy > 0.9).all()


def test_a_tuned_cell_is_the_cell_trained_at_that_rate():
    found = train_cell(tuned([1e-7, 0.3]), blobs, SEEDS)
    plain = train_cell(spec(learning_rate=0.3), blobs, SEEDS)
    assert found["outcomes"].equals(plain["outcomes"])
    assert found["curves"].equals(plain["curves"])


def test_tuning_never_sees_the_test_set_nor_the_judged_seeds():
    asked = []

    def load(seeds):
        asked.append(list(seeds))
        split = blobs(seeds)
        if seeds[0] >= FIRST_TUNING_SEED:  # nothing can be learned from a spoiled test set
            split.test_x[:] = np.nan
        return split

    scores = train_cell(tuned([0.1, 0.3]), load, SEEDS)["layers"].to_pandas()
    *tuning, judged = asked
    assert set(chain(*tuning)) == {FIRST_TUNING_SEED, FIRST_TUNING_SEED + 1}
    assert judged == list(SEEDS)
    assert (scores.query("layer == 'tuning' and quantity == 'score'").value > 0.9).all()


def test_held_out_samples_are_the_rest_of_the_training_set():
    split = blobs(SEEDS)
    part = held_out(split, 0.25)
    assert part.train_x.shape[1] == 30
    assert part.test_x.shape[1] == 10
    np.testing.assert_array_equal(np.concatenate([part.train_y, part.test_y], 1), split.train_y)


def line(seeds):
    """Return a regression whose target is the first coordinate."""
    split = blobs(seeds)
    return Split(split.train_x, split.train_x[..., 0], split.test_x, split.test_x[..., 0])


def test_a_regression_fits_and_counts_close_answers_as_hits():
    net = {**NET, "classes": 1, "activation": "identity"}
    recipe = {"loss": "mse", "epochs": 60, "momentum": 0.9, "learning_rate": 0.01}
    cell = {"architecture": net, "init": {"method": "default"}, "protocol": {**RECIPE, **recipe}}
    outcomes = train_cell(cell, line, SEEDS)["outcomes"].to_pandas()
    assert (outcomes.status == "done").all()
    assert (outcomes.test_loss < 1e-2).all()
    assert (outcomes.test_accuracy > 0.9).all()


def test_mean_squared_error_by_hand():
    outputs = torch.tensor([[[1.0], [2.0]]])
    targets = torch.tensor([[1.05, 0.0]])
    mse = OBJECTIVES["mse"]
    assert mse.losses(outputs, targets).item() == pytest.approx((0.05**2 + 4) / 2)
    assert mse.hits(outputs, targets).tolist() == [[True, False]]


def test_running_accuracy_counts_each_batch_of_its_epoch_once():
    def same(seeds):
        split = blobs(seeds)
        return Split(split.train_x, np.zeros_like(split.train_y), split.test_x, split.test_y)

    certain = {"architecture": NET, "init": {"method": "zeros"}}  # ties go to class 0
    recipe = {**RECIPE, "batch": 16, "evaluate": {"running": "each"}}
    curves = train_cell({**certain, "protocol": recipe}, same, SEEDS)["curves"].to_pandas()
    assert len(curves) == 5 * len(SEEDS)
    assert (curves.accuracy == 1).all()


def test_the_gravest_status_wins():
    flags = torch.tensor([[1, 1, 1], [0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=torch.bool)
    assert status(*flags.T) == ["diverged", "dead", "stuck", "done"]


def test_a_net_of_zeros_is_dead_and_a_constant_one_is_stuck():
    relu = {**NET, "activation": "relu"}
    zeros = {"architecture": relu, "init": {"method": "zeros"}, "protocol": RECIPE}
    assert train_cell(zeros, blobs, SEEDS)["outcomes"]["status"].to_pylist() == ["dead"] * 3
    frozen = {**RECIPE, "learning_rate": 1e-12}
    bias = {"architecture": NET, "init": {"method": "constant", "value": 1e-9}, "protocol": frozen}
    assert train_cell(bias, blobs, SEEDS)["outcomes"]["status"].to_pylist() == ["stuck"] * 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"learning_rate": [0.1, 0.2]}, "needs `tuning`"),
        ({"tuning": {"seeds": 2, "held_out": 0.2}}, "must not have it"),
        (
            {"learning_rate": [0.1, 9], "tuning": {"seeds": 2, "held_out": 0.2}},
            "between the bounds 1e-05 and 3; the bounds must hold all of them",
        ),
        ({"loss": "hinge"}, "hinge"),
    ],
)
def test_protocols_that_make_no_sense_are_refused(changes, words):
    with pytest.raises(InitbenchError, match=words):
        Protocol.of({**RECIPE, **changes})
