"""What a run cost: summed by kind of job, as a share of the machine's peak, and by Snakemake."""

import json
import os

import pytest
from torch import nn

from initbench.costs import benchmark_files, flops, snakemake_itself
from initbench.costs.peak import peak, peak_of_another_process
from initbench.costs.totals import costs, training
from initbench.grid.config import cells
from initbench.training.protocol import Protocol
from workflow_grid import tiny

HEAD = "s\th:m:s\tmax_rss\n"


def lay(
    results, place, seconds="2.5", used="initbench used 2.0 s of processor time and at most 300 MB"
):
    """Leave a job's benchmark file and log."""
    for folder, ending, text in (
        ("benchmarks", ".tsv", f"{HEAD}{seconds}\t0:00:02\t-\n"),
        ("logs", ".log", used),
    ):
        file = results / folder / f"{place}{ending}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def test_jobs_are_summed_by_kind_and_training_by_experiment(tmp_path):
    lay(tmp_path, "train/tiny/moons/chain/ones/1-2")
    lay(tmp_path, "train/tiny/moons/chain/ones/3-4", "3.5")
    lay(tmp_path, "train/other/moons/chain/ones/1-2", used="killed")
    lay(tmp_path, "report", "-")
    found = costs(tmp_path)
    rows = {row["rule"]: row for row in found["rules"]}
    assert rows["train tiny"] == {
        "rule": "train tiny",
        "jobs": 2,
        "seconds": 6.0,
        "processor_seconds": 4.0,
        "max_rss_mb": 300.0,
    }
    assert rows["train other"]["max_rss_mb"] is None
    assert rows["report"]["seconds"] == 0
    assert found["total_seconds"] == 8.5
    json.dumps(found, allow_nan=False)


def test_a_run_without_jobs_has_cost_nothing(tmp_path):
    assert costs(tmp_path)["rules"] == []


def test_the_mean_leaves_out_jobs_that_were_too_short_to_be_measured(tmp_path):
    for place, seconds in {"probes/a/x": "1.0", "probes/a/y": "-", "probes/b/x": "3.0"}.items():
        lay(tmp_path, place, seconds)
    assert benchmark_files.mean_seconds(tmp_path) == {"probes": 2.0}


DENSE = 16 + 64 + 16  # weights from 2 inputs over two layers of 8 units to 2 classes
CONVOLUTIONS = 196 * 9 * 8 + 196 * 9 * 64 + 8 * 49 * 10  # on 14x14 pixels, and the head's
STEP = 7 * (7 + 3 + 1)  # hidden units times hidden units, inputs and the biases' column
TOKEN = 28 * 32 + (3 + 1) * 32 * 32 + 2 * 32 * 64 + 2 * 28 * 32  # embedding, maps, attention


@pytest.mark.parametrize(
    ("spec", "sample", "forward", "no_gradient"),
    [
        ({"family": "mlp", "inputs": 2, "width": 8, "depth": 2}, (2,), DENSE, 16),
        ({"family": "cnn", "depth": 2}, (1, 28, 28), CONVOLUTIONS, 196 * 9 * 8),
        (
            {"family": "recurrent", "cell": "rnn", "inputs": 3, "hidden": 7, "outputs": 2},
            (5, 3),
            5 * STEP + 7 * 2,
            5 * 7 * (3 + 1),
        ),
        (
            {"family": "transformer", "norm": "pre", "layers": 1},
            (28, 28),
            28 * TOKEN + 32 * 10,
            28 * 28 * 32,
        ),
    ],
    ids=lambda value: value["family"] if isinstance(value, dict) else None,
)
def test_operations_are_counted_as_by_hand(spec, sample, forward, no_gradient):
    """Two a product, forward and for both gradients, of which the inputs' is not taken."""
    expected = 3 * (2 * 3 * forward - 2 * no_gradient)
    assert flops.of_batch(spec, (3, *sample)) == pytest.approx(expected, rel=0.01)


class Fused(nn.Module):
    """A net with torch's own recurrent layer, which on the processor is one fused operation."""

    def __init__(self, cell, look):
        super().__init__()
        self.cell, self.look = cell(5, 11, batch_first=True), look

    def forward(self, x):
        if self.look:
            assert float(x.sum()) == 0
        return self.cell(x)[0]


@pytest.mark.parametrize(("cell", "gates"), [(nn.RNN, 1), (nn.LSTM, 4), (nn.GRU, 3)])
def test_fused_cells_are_counted(cell, gates, monkeypatch):
    flops._of_batch.cache_clear()
    monkeypatch.setattr(flops.architectures, "build", lambda spec: Fused(cell, look=False))
    steps = [7, 7, 6]  # the gradient of the first hidden state is not taken
    expected = 2 * 2 * gates * (2 * 7 * 5 * 11 + sum(steps) * 11 * 11)
    assert flops.of_batch({"family": "own"}, (2, 7, 5)) == expected
    flops._of_batch.cache_clear()


def test_a_net_that_looks_at_its_numbers_is_counted_too(monkeypatch):
    flops._of_batch.cache_clear()
    monkeypatch.setattr(flops.architectures, "build", lambda spec: Fused(nn.RNN, look=True))
    assert flops.of_batch({"family": "own"}, (2, 7, 5)) > 0
    flops._of_batch.cache_clear()


def test_the_operations_of_a_grid_are_those_of_its_updates():
    config = tiny()
    each = flops.of_batch(config["architectures"]["tanh_chain"], (80, 2))
    expected = 1e-9 * each * 20 * sum(cell.count for cell in cells(config))
    assert flops.training_gflop(config) == {"tiny": pytest.approx(expected)}


def test_a_preview_trains_on_fewer_samples_and_tuning_counts_its_runs():
    config = {**tiny(), "reduce": {"train_samples": 20}}
    whole = flops.training_gflop(tiny())["tiny"]
    assert flops.training_gflop(config)["tiny"] == pytest.approx(whole / 4)
    tuned = Protocol(1, learning_rate=[0.1, 0.01], tuning={"seeds": 3, "held_out": 0.2})
    assert flops.tuning_runs(tuned) == pytest.approx(2 * 3 * 0.8)
    assert flops.tuning_runs(tuned.at(0.1)) == 0


def test_speed_is_told_where_time_was_used():
    rules = [
        {"rule": "train tiny", "processor_seconds": 4.0},
        {"rule": "train killed", "processor_seconds": None},
    ]
    [row] = training(rules, {"tiny": 100.0, "killed": 1.0, "left_out": 1.0}, peak=50.0)
    assert row["experiment"] == "tiny"
    assert row["gflops"] == 25.0
    assert row["share_of_peak"] == 0.5


def test_the_peak_is_positive_here_and_in_a_process_of_its_own():
    assert peak(0.05) > 0
    other = peak_of_another_process()
    assert other is not None
    assert other > 0


def processes(folder, name=b"python\0snakemake\0-c2"):
    """Lay out the files of a process that began 100 s ago and used 3 s and 1 s."""
    tick = os.sysconf("SC_CLK_TCK")
    home = folder / "42"
    home.mkdir()
    (home / "cmdline").write_bytes(name)
    fields = ["S", *["0"] * 10, str(3 * tick), str(1 * tick), *["0"] * 6, str(900 * tick), "0"]
    (home / "stat").write_text(f"42 (snake (make)) {' '.join(fields)}", encoding="utf-8")
    (folder / "uptime").write_text("1000.00 1.0", encoding="utf-8")
    return folder


def test_snakemakes_own_share_is_read_from_its_process(tmp_path, monkeypatch):
    monkeypatch.setenv(snakemake_itself.PROCESS, "42")
    used = snakemake_itself.so_far(processes(tmp_path))
    assert used == {"seconds": 100.0, "processor_seconds": 4.0}


def test_another_process_or_none_tells_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv(snakemake_itself.PROCESS, "42")
    assert snakemake_itself.so_far(processes(tmp_path, b"bash")) is None
    monkeypatch.setenv(snakemake_itself.PROCESS, "43")
    assert snakemake_itself.so_far(tmp_path) is None
    monkeypatch.delenv(snakemake_itself.PROCESS)
    assert snakemake_itself.so_far() is None


def test_the_process_is_announced_to_its_jobs(monkeypatch):
    monkeypatch.delenv(snakemake_itself.PROCESS, raising=False)
    snakemake_itself.announce()
    assert os.environ[snakemake_itself.PROCESS] == str(os.getpid())
