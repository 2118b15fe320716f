"""What cannot be trained is told before the first job, in one sentence that names the cell."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml

from initbench import architectures, datasets
from initbench.datasets import Form
from initbench.errors import InitbenchError
from initbench.grid.cells import Meaning
from initbench.grid.config import cell_spec, cells
from initbench.jobs import preflight
from initbench.training import trial

ROOT = Path(__file__).resolve().parents[1]
NAME = "tiny/moons/net/start"
MOONS = {"source": "moons", "samples": 100, "noise": 0.1, "standardize": "all"}
ADDING = {"source": "adding", "steps": 6, "train": 40, "test": 20}
SIGNAL = {"source": "signal_1d", "points": 32}
RARE = {
    "source": "gaussian_classes",
    "classes": 4,
    "ratio": 2,
    "features": 3,
    "train": 90,
    "test": 9,
}
DIGITS = {"source": "mnist_subset", "train": 100, "test": 100, "mean": 0.1, "std": 0.3}
IMAGES = {"source": "torchvision", "name": "CIFAR100", "mean": 0.5, "std": 0.2}
NET = {"family": "mlp", "inputs": 2, "width": 4, "depth": 1}
RECIPE = {"epochs": 1, "learning_rate": 0.1, "batch": 16}
TUNED = {**RECIPE, "learning_rate": [0.1, 0.3]}


def cell(dataset=MOONS, architecture=NET, method="default", protocol=RECIPE, **more):
    parts = {"dataset": dataset, "architecture": architecture, "protocol": protocol}
    return {**parts, "init": {"method": method}, **more}


def test_cells_that_fit_pass():
    recurrent = {"family": "recurrent", "cell": "rnn", "inputs": 2, "hidden": 3, "outputs": 1}
    good = {
        "a": cell(),
        "b": cell(ADDING, recurrent, "recurrent", {**RECIPE, "loss": "mse"}),
        "c": cell(SIGNAL, {"family": "siren"}, "siren", {**RECIPE, "loss": "mse"}),
        "d": cell(DIGITS, {"family": "cnn", "depth": 1}, "lsuv"),
        "e": cell({**DIGITS, "layout": "rows"}, {**recurrent, "inputs": 28, "outputs": 10}),
        "f": cell(RARE, {**NET, "inputs": 3, "classes": 7}),
    }
    good["b"]["init"]["hidden"] = "identity"
    trial.check(good)


WRONG = {
    "too few inputs": (cell(architecture={**NET, "inputs": 3}), "fails on samples of shape (2,)"),
    "no images": (cell(architecture={"family": "cnn", "depth": 1}), "The net itself is a CNN"),
    "too few classes": (cell(RARE, {**NET, "inputs": 3, "classes": 3}), "need 4 or more logits"),
    "other images": (cell(IMAGES, {"family": "softmax_regression", "inputs": 3072}), "need 100 or"),
    "a regression": (cell(SIGNAL, {"family": "siren"}), "are a regression, but the loss is cross"),
    "classes": (cell(protocol={**RECIPE, "loss": "mse"}), "are 2 classes, but the loss is mse"),
    "two outputs for one": (
        cell(SIGNAL, {"family": "siren", "outputs": 2}, protocol={**RECIPE, "loss": "mse"}),
        "numbers of shape (2,), but the data need 1 outputs",
    ),
    "an answer a step": (
        cell(ADDING, {"family": "mlp", "inputs": 2, "width": 3, "depth": 1, "classes": 1},
             protocol={**RECIPE, "loss": "mse"}),
        "numbers of shape (6, 1), but the data need 1 outputs",
    ),
    "a large batch": (cell(protocol={**RECIPE, "batch": 81}), "81 samples, but there are only 80"),
    "a large batch of the preview": (cell(train_samples=15), "16 samples, but there are only 15"),
    "a large batch while tuning": (
        cell(protocol={**TUNED, "batch": 64, "tuning": {"seeds": 1, "held_out": 0.3}}),
        "64 samples, but there are only 56",
    ),
    "nothing held out": (
        cell(protocol={**TUNED, "tuning": {"seeds": 1, "held_out": 0.001}}),
        "Tuning holds out 0 of 80 training samples",
    ),
    "an init for other nets": (cell(method="fixup"), "treats residual branches apart"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_fit_is_one_sentence_with_the_cell(name):
    spec, words = WRONG[name]
    with pytest.raises(InitbenchError) as caught:
        trial.check({"good/moons/net/start": cell(), NAME: spec})
    message = str(caught.value)
    assert message.startswith(f"Cell {NAME}: ")
    assert words in message
    assert "\n" not in message


def test_errors_of_the_authors_are_told_with_their_file(monkeypatch, capsys):
    def broken(spec):
        print("building")
        raise TypeError("build() takes\nno such thing")

    monkeypatch.setattr(architectures, "build", broken)
    trial._net_of.cache_clear()
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps({NAME: cell()})))
    threads = torch.get_num_threads()
    with pytest.raises(SystemExit, match="1"):
        trial.main()
    torch.set_num_threads(threads)
    (sentence,) = capsys.readouterr().out.splitlines()
    assert sentence == (
        f"Cell {NAME}: src/initbench/architectures/mlp.py fails before training (TypeError: "
        "build() takes no such thing); mend it or leave the cell out."
    )


def test_an_exit_in_an_init_is_no_success(monkeypatch):
    monkeypatch.setattr("initbench.inits.initialize", lambda *arguments: sys.exit(0))
    with pytest.raises(
        InitbenchError, match=r"inits/default.py fails before training \(SystemExit"
    ):
        trial.check({NAME: cell()})


def test_a_cell_is_tried_once_and_again_when_it_changes(tmp_path, monkeypatch):
    spec = cell(protocol={**RECIPE, "batch": "full"})
    preflight.try_cells({NAME: Meaning(spec, "one")}, tmp_path)
    assert json.loads((tmp_path / preflight.FILE).read_text(encoding="utf-8")) == ["one"]

    def run(*arguments, **options):
        asked.append(json.loads(options["input"]))
        return subprocess.CompletedProcess(arguments, 3, "", "Traceback\nMemoryError\n")

    asked = []
    monkeypatch.setattr(subprocess, "run", run)
    preflight.try_cells({NAME: Meaning(spec, "one")}, tmp_path)
    assert asked == []
    with pytest.raises(InitbenchError, match=r"status 3 \(MemoryError\)"):
        preflight.try_cells({NAME: Meaning(spec, "one"), "new": Meaning(spec, "two")}, tmp_path)
    assert asked == [{"new": spec}]
    (tmp_path / preflight.FILE).write_text("{broken", encoding="utf-8")
    with pytest.raises(InitbenchError):
        preflight.try_cells({NAME: Meaning(spec, "one")}, tmp_path)


def test_planning_imports_no_torch():
    code = "import sys, initbench.jobs.preflight; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_data_of_the_grid_fit_their_nets_in_counts_and_loss():
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    for each in cells(config):
        trial._samples(cell_spec(config, each))


@pytest.mark.parametrize("spec", [MOONS, ADDING, SIGNAL, RARE], ids=lambda spec: spec["source"])
def test_the_form_is_that_of_the_data(tmp_path, spec):
    split = datasets.load(spec, tmp_path, [1])
    assert datasets.form(spec) == Form.of(split)
    assert datasets.form(spec).sample == split.train_x.shape[2:]


def test_the_forms_of_images():
    assert datasets.form(DIGITS) == Form((1, 28, 28), 100, 100, 10)
    assert datasets.form({**DIGITS, "layout": "rows"}).sample == (28, 28)
    assert datasets.form(IMAGES) == Form((3, 32, 32), 50_000, 10_000, 100)
