"""Data drawn anew for each seed, and the fixed part of MNIST."""

from pathlib import Path

import numpy as np
import pytest

from initbench import datasets
from initbench.datasets.gaussian_classes import frequencies
from initbench.datasets.mnist_subset import stratified
from initbench.datasets.signal_1d import signal
from initbench.errors import InitbenchError

ROOT = Path(__file__).resolve().parents[1]
SEEDS = (5, 6)
SPECS = {
    "delayed_recall": {"steps": 20, "classes": 8, "train": 400, "test": 100},
    "adding": {"steps": 20, "train": 400, "test": 100},
    "gaussian_classes": {"classes": 10, "features": 4, "ratio": 100, "train": 1000, "test": 500},
    "signal_1d": {"points": 64},
}


def load(name, tmp_path, seeds=SEEDS, **changes):
    spec = {"source": name, **SPECS[name], **changes}
    datasets.prepare(spec, ROOT / "data", tmp_path / name)
    return datasets.load(spec, tmp_path / name, seeds)


def test_recall_shows_the_answer_first_and_asks_last(tmp_path):
    split = load("delayed_recall", tmp_path)
    assert split.train_x.shape == (2, 400, 20, 9)
    np.testing.assert_array_equal(split.train_x[:, :, 0, :8].argmax(-1), split.train_y)
    cue = split.train_x[..., 8]
    assert (cue[..., -1] == 1).all()
    assert (cue[..., :-1] == 0).all()
    assert np.abs(split.train_x[:, :, 1:, :8]).max() < 0.7
    assert set(np.unique(split.train_y)) == set(range(8))


def test_adding_sums_the_two_marked_numbers(tmp_path):
    split = load("adding", tmp_path)
    numbers, marks = split.train_x[..., 0], split.train_x[..., 1]
    np.testing.assert_allclose((numbers * marks).sum(-1), split.train_y, rtol=1e-6)
    assert (marks[..., :10].sum(-1) == 1).all()
    assert (marks[..., 10:].sum(-1) == 1).all()
    large = load("adding", tmp_path, train=20_000)
    assert np.mean((large.train_y - 1) ** 2) == pytest.approx(1 / 6, rel=0.03)


def test_class_shares_fall_geometrically(tmp_path):
    np.testing.assert_allclose(frequencies(2, 99), [0.99, 0.01])
    split = load("gaussian_classes", tmp_path)
    counts = np.bincount(split.train_y[0], minlength=10)
    np.testing.assert_allclose(counts, 1000 * frequencies(10, 100), atol=1)
    assert counts[-1] >= 1


def test_the_signal_stays_in_range_and_test_points_lie_between(tmp_path):
    split = load("signal_1d", tmp_path)
    assert split.train_x.shape == (2, 64, 1)
    assert split.test_x.shape == (2, 63, 1)
    assert np.abs(signal(np.linspace(-1, 1, 10_001))).max() <= 1
    assert (
        np.diff(np.sort(np.concatenate([split.train_x[0, :, 0], split.test_x[0, :, 0]]))) > 0
    ).all()
    np.testing.assert_array_equal(np.sort(split.train_y[0, :, 0]), np.sort(split.train_y[1, :, 0]))
    assert (np.diff(split.train_x[0, :, 0]) < 0).any()


@pytest.fixture(scope="module")
def subset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mnist_5k")
    spec = {"source": "mnist_subset", "train": 1000, "test": 500, "mean": 0.1307, "std": 0.3081}
    datasets.prepare(spec, ROOT / "data", folder)
    return spec, folder


def test_the_part_of_mnist_is_stratified_and_fixed(subset, tmp_path):
    spec, folder = subset
    split = datasets.load(spec, folder, SEEDS)
    assert split.train_x.shape == (1, 1000, 1, 28, 28)
    assert split.test_x.shape == (1, 500, 1, 28, 28)
    manifest = datasets.prepare(spec, ROOT / "data", tmp_path)
    again = datasets.load(spec, tmp_path, SEEDS)
    np.testing.assert_array_equal(split.train_x, again.train_x)
    assert manifest["class_shares"]["train"][1] == pytest.approx(0.1124, abs=0.001)


def test_rows_are_the_same_pixels_as_a_sequence(subset):
    spec, folder = subset
    images = datasets.load(spec, folder, SEEDS).test_x
    rows = datasets.load({**spec, "layout": "rows"}, folder, SEEDS).test_x
    assert rows.shape == (1, 500, 28, 28)
    np.testing.assert_array_equal(rows, images[:, :, 0])


def test_stratified_keeps_shares_and_takes_nothing_twice():
    labels = np.repeat(np.arange(4), [400, 300, 200, 100]).astype(np.uint8)
    chosen = stratified(labels, 100)
    assert len(set(chosen.tolist())) == 100
    np.testing.assert_array_equal(np.bincount(labels[chosen]), [40, 30, 20, 10])


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"source": "adding", "steps": 20, "train": 10}, "'test'"),
        ({"source": "adding", "steps": 2.5, "train": 10, "test": 2}, "whole number"),
        ({"source": "delayed_recal"}, "delayed_recall"),
        (
            {"source": "mnist_subset", "train": 5, "test": 500, "mean": 0.1, "std": 0.3},
            "100 or more",
        ),
    ],
)
def test_entries_that_make_no_sense_are_refused(spec, words):
    with pytest.raises(InitbenchError, match=words):
        datasets.check_spec(spec)
