"""Checks without training: the rows, their known answers, and document D's training loop."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from initbench import checks, datasets
from initbench.architectures import build
from initbench.checks import mnist_demo, references
from initbench.checks._registry import Measurement, check
from initbench.errors import InitbenchError
from initbench.inits import initialize
from initbench.training.plain import evaluate, train_model

DATA = Path(__file__).parents[1] / "data"
MNIST = {"source": "torchvision", "name": "MNIST", "mean": 0.1307, "std": 0.3081}


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared") / "mnist"
    datasets.prepare(MNIST, DATA, folder)
    return folder


@pytest.fixture(scope="module")
def rows(mnist):
    torch.manual_seed(1)
    np.random.seed(1)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    table = checks.run(["A", "D"], mnist)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])
    return table.set_index("check")


PASSING = {
    "a01_moons_equal_sklearn": 0,
    "a02_parameter_count": 54,
    "a02_forward": 0,
    "a02_prefix_transform": 0,
    "a24_square": 0,
    "a24_tall": 0,
    "a24_wide": 0,
    "a25_norms_square": 0,
    "a25_norms_tall": 0,
    "a25_trace_square": 0,
    "a32_eckart_young": 0,
    "d10_mean": 0.13066,
    "d10_std": 0.30811,
    "d11_train_batches": 938,
    "d11_test_batches": 157,
    "d12_parameter_count": 109_386,
    "d12_no_softmax": 1,
    "d13_history_lengths": 3,
    "d19_all_zero": 0,
    "d35_relu_out_bias_only": 1,
    "d35_tanh_out_bias_only": 1,
    "d43_identifiers_valid": 1,
    "d47_same_order": 1,
}
FAILING = {
    "d35_relu_nonzero_gradients": 1,
    "d35_tanh_nonzero_gradients": 1,
    "d35_sigmoid_nonzero_gradients": 2,
    "d35_sigmoid_out_bias_only": 0,
    "d41_chapter_exists": 0,
    "d42_first_demonstration": 0,
    "d44_frontmatter_shown": 0,
}


def test_columns_and_types(rows):
    table = rows.reset_index()
    assert set(table) == set(checks.COLUMNS)
    assert (table.dtypes[["value", "expected", "tolerance"]] == np.float64).all()
    assert table["passed"].dtype == bool
    assert table["check"].is_unique
    assert (table["detail"].str.len() > 10).all()
    assert all(
        slug.startswith(claim.lower()) for claim, slug in zip(table.claim, table.check, strict=True)
    )


@pytest.mark.parametrize(("slug", "value"), PASSING.items())
def test_passing_checks(rows, slug, value):
    row = rows.loc[slug]
    assert row["passed"]
    assert row["expected"] == value
    assert abs(row["value"] - value) <= row["tolerance"]


@pytest.mark.parametrize(("slug", "value"), FAILING.items())
def test_failing_checks(rows, slug, value):
    assert rows.loc[slug, "value"] == value
    assert not rows.loc[slug, "passed"]


def test_rotation_mixes_coordinates_and_projection_loses_norm(rows):
    assert rows.loc["a25_coordinate_variance_square", "value"] > 0.3
    assert rows.loc["a25_norms_wide", "value"] > 0.9
    assert not rows.loc[["a25_coordinate_variance_square", "a25_norms_wide"], "passed"].any()


def test_reported_values_have_no_expectation(rows):
    reported = rows[rows["expected"].isna()]
    assert set(reported.index) == {
        "a37_disagreement_rate",
        "a37_disagreement_rate_swapped_back",
        "d36_symmetric_nonzero",
        "d36_asymmetric_nonzero",
    }
    assert reported["passed"].all()
    both = reported.filter(like="a37", axis=0)["value"]
    assert both.sum() == pytest.approx(1)  # undoing the swap exchanges the two answers
    assert both.between(0.1, 0.9).all()
    assert (reported.filter(like="d36", axis=0)["value"] == 1).all()


def test_every_check_is_listed_once_and_run(rows):
    slugs = [check.slug for check in checks.checks() if check.claim[0] in "AD"]
    assert sorted(rows.index) == sorted(slugs)
    with pytest.raises(InitbenchError, match="Two checks are called 'a02_forward'"):
        check("A02", "a02_forward")(lambda: Measurement(0, 0, 0, ""))


def test_a_document_without_checks_gives_no_row_and_missing_data_are_refused():
    assert checks.run(["X"]).empty
    with pytest.raises(InitbenchError, match="reads MNIST"):
        checks.run(["D"])


@pytest.mark.parametrize(
    ("value", "expected", "tolerance", "passed"),
    [
        (1.0, 1.0, 0.0, True),
        (1.1, 1.0, 0.05, False),
        (math.nan, 1.0, 1.0, False),
        (0.3, math.nan, math.nan, True),
        (math.nan, math.nan, math.nan, False),
    ],
)
def test_passing_is_a_matter_of_tolerance(value, expected, tolerance, passed):
    assert Measurement(value, expected, tolerance, "").passed is passed


@pytest.mark.parametrize(
    ("author", "year", "address", "consistent"),
    [
        ("Glorot", 2010, "http://proceedings.mlr.press/v9/glorot10a.html", True),
        ("Glorot", 2011, "http://proceedings.mlr.press/v9/glorot10a.html", False),
        ("Bengio", 2010, "http://proceedings.mlr.press/v9/glorot10a.html", False),
        ("Glorot", 2010, "http://proceedings.mlr.press/v15/glorot10a.html", False),
        ("He", 2015, "https://arxiv.org/abs/1502.01852", True),
        ("He", 2016, "https://arxiv.org/abs/1502.01852", False),
        ("He", 2015, "https://arxiv.org/abs/1513.01852", False),
        ("He", 2015, "https://arxiv.org/abs/1502.0185", False),
    ],
)
def test_identifiers(author, year, address, consistent):
    assert references.is_consistent(references.Reference(author, year, "", address)) is consistent


def test_details_name_the_papers():
    assert re.search("8.4", references.chapter_exists().detail)
    assert re.search("0.01", references.first_demonstration().detail)
    assert re.search("---", references.frontmatter_shown().detail)


def test_batch_order_is_that_of_the_seed():
    order = mnist_demo._order("default", samples=200, epochs=2)
    assert torch.equal(order[:200].sort().values, torch.arange(200))
    assert not torch.equal(order[:200], order[200:])


# Document D's loop


def loader(count=200, seed=0):
    stream = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 1, 28, 28, generator=stream)
    y = (x.flatten(1)[:, 0] > 0).long()
    return list(zip(x.split(32), y.split(32), strict=True))


def net(init="default", **changes):
    model = build({"family": "mnist_net", "activation": "relu", **changes})
    initialize(model, init, {}, 2_000_000)
    return model


def test_train_model_is_a_step_of_adam_a_batch():
    ours, theirs = net(), net()
    batches = loader()
    train_model(ours, batches, batches, epochs=2, lr=0.01)
    optimizer = torch.optim.Adam(theirs.parameters(), lr=0.01)
    for x, y in batches * 2:
        optimizer.zero_grad()
        torch.autograd.backward(cross_entropy(theirs(x), y))
        optimizer.step()
    for a, b in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.equal(a, b)


def test_train_model_returns_running_and_final_accuracy():
    model, batches = net(), loader()
    untrained = evaluate(model, batches[:1])
    train, test = train_model(model, batches[:1], batches, epochs=1)
    assert train == [untrained]  # counted before the update
    assert test == [evaluate(model, batches)]
    many, _ = train_model(model, batches, batches, epochs=8)
    assert len(many) == 8
    assert many[-1] > 0.95


def test_evaluation_is_without_dropout_and_training_with_it():
    class Spy(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.seen = nn.Linear(784, 10), []

        def forward(self, x):
            self.seen.append((self.training, torch.is_grad_enabled()))
            return self.layer(x.flatten(1))

    spy = Spy()
    train_model(spy, loader(32), loader(32), epochs=2)
    assert spy.seen == [(True, True), (False, False)] * 2


def test_all_zero_net_stays_a_constant_predictor(mnist):
    batches = mnist_demo._batches(mnist, "train", 512)
    model = net("zeros")
    _, test = train_model(model, batches, batches, epochs=2)
    predicted = {int(k) for x, _ in batches for k in model(x).argmax(1)}
    assert len(predicted) == 1
    assert test[-1] < 0.2
    assert all(not p.any() for name, p in model.named_parameters() if name != "out.bias")
