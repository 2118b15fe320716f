"""The benchmark compares like with like: every way of a task ends at the same loss."""

import numpy as np
import pandas as pd
import pytest
import torch

from initbench.datasets import FIRST_SEED, _mnist_files
from initbench.tools import engine_speed as speed

TINY = speed.Size((256, 100), 3, chain_steps=20, chain_models=3, deep_samples=160, deep_models=(2,),
                  vmap_models=2, seeds=(1, 2), depths=(3, 4))  # fmt: skip


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mnist")
    _mnist_files.lay_out(_mnist_files.CARRIED, folder)
    return folder


@pytest.mark.parametrize("seed", [FIRST_SEED, FIRST_SEED + 2])
def test_document_d_the_plain_loop_and_the_engine_train_the_same_run(raw, seed):
    task = speed.mnist_task(TINY, raw)
    plain = speed.plain_loop(task, seed)
    assert speed.document_loop(task, raw, seed) == pytest.approx(plain, rel=1e-5)
    if seed == FIRST_SEED:
        assert speed.engine(task, models=3) == pytest.approx(plain, rel=1e-5)


def test_training_changes_the_loss_and_seeds_differ(raw):
    task = speed.mnist_task(TINY, raw)
    untrained = speed._test_loss(task.net(FIRST_SEED), task, FIRST_SEED)
    assert speed.plain_loop(task, FIRST_SEED) < untrained - 0.01
    assert speed.plain_loop(task, FIRST_SEED) != speed.plain_loop(task, FIRST_SEED + 1)


@pytest.mark.parametrize("look", [False, True])
def test_document_a_and_the_engine_train_the_same_run(look):
    task = speed.chain_task(TINY, look)
    assert speed.engine(task, 3) == pytest.approx(speed.notebook_loop(task, FIRST_SEED), rel=1e-5)
    assert speed.notebook_loop(task, FIRST_SEED) != speed.notebook_loop(task, FIRST_SEED + 1)


def test_deep_mlp_trains_the_same_run_alone_and_in_a_block():
    task = speed.deep_task(TINY)
    assert speed.engine(task, 2) == pytest.approx(speed.plain_loop(task, FIRST_SEED), rel=1e-5)
    assert task.units == 3  # steps of at most 64 samples


@pytest.mark.parametrize("kind", ["mnist", "chain", "deep"])
def test_vmap_and_the_engine_train_the_same_run(raw, kind):
    task = {
        "mnist": lambda: speed.mnist_task(TINY, raw),
        "chain": lambda: speed.chain_task(TINY, False),
        "deep": lambda: speed.deep_task(TINY),
    }[kind]()
    assert speed.vmap_loop(task, 3) == pytest.approx(speed.engine(task, 3), rel=1e-5)


def test_operations_are_those_of_the_matrix_products(raw):
    weights = 784 * 128 + 128 * 64 + 64 * 10
    forward, backward = 2 * weights, 4 * weights - 2 * 784 * 128
    expected = 256 * (forward + backward) + 100 * forward
    assert speed.mnist_task(TINY, raw).gflop() == pytest.approx(expected / 1e9)


def test_a_timing_is_positive_and_hands_the_result_on():
    a = torch.ones(200, 200)
    once, result = speed.timed(lambda: float((a @ a).sum()))
    assert once > 0
    assert result == 200**3
    assert speed.peak() > 0


def test_the_table_compares_with_the_first_way_of_its_own_task(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(speed, "QUICK", TINY)
    speed.main(["--quick", "--output", str(tmp_path / "bench.csv")])
    table = pd.read_csv(tmp_path / "bench.csv")
    assert list(table.task.value_counts(sort=False)) == [4, 3, 2, 3]
    assert (table.seconds > 0).all()
    first = table.groupby("task").seconds.transform("first")
    np.testing.assert_allclose(table.speedup, first / table.seconds)
    losses = table.groupby("task").test_loss
    np.testing.assert_allclose(losses.max(), losses.min(), rtol=1e-5)
    assert table.gflops.isna().sum() == 5
    assert table.gflops.dropna().gt(0).all()
    printed, progress = capsys.readouterr()
    assert "engine, 3 models" in printed
    grown = pd.read_csv(tmp_path / "bench_growth.csv")
    assert list(grown.models) == [1, 2, 1, 2, 1, 2, 10, 10]
    assert grown.task.iloc[-1] == "ReLU MLP, depth 4"
    assert progress.count("bench: ") == len(table) + len(grown)
    assert 'role="img"' in (tmp_path / "bench.svg").read_text(encoding="utf-8")
