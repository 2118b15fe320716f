"""The literal replay of document A's notebook gives the document's own numbers."""

import numpy as np
import pandas as pd
import pytest
import torch

from initbench.replay import notebook

PRINTED = 5e-5  # half a unit of the fourth decimal


@pytest.fixture(scope="module")
def tables():
    threads = torch.get_num_threads()
    yield notebook.replay()
    torch.set_num_threads(threads)


@pytest.fixture
def curve(tables):
    """Return the function that gives a run's curve by step."""
    curves = tables["curves"]
    return lambda run: curves[curves["run"] == run].set_index("step")


@pytest.mark.parametrize("run", ["default", "orthogonal"])
def test_the_printed_singular_values_are_those_after_training(tables, run):
    spectra = tables["spectra"]
    rows = spectra[spectra["run"] == run].set_index("moment")
    found, printed = rows[["s1", "s2"]], rows[["printed_s1", "printed_s2"]].to_numpy()
    error = pd.Series(np.abs(found.to_numpy() - printed).max(1), rows.index)
    assert np.isfinite(printed).all()
    assert len(error["end"]) == 8
    assert error["end"].max() < PRINTED
    assert error["init"].max() > 100 * PRINTED  # before training they are others


def test_the_spectra_start_where_the_inits_put_them(tables):
    start = tables["spectra"].query("moment == 'init'").set_index("run")[["s1", "s2"]]
    assert start.loc["orthogonal"].to_numpy() == pytest.approx(1.0, abs=1e-6)
    assert start.loc["xavier_seed_2"].nunique().tolist() == [1, 1]  # one matrix in all layers
    assert start.loc["default"].nunique().tolist() == [8, 8]
    assert tables["spectra"].query("run == 'xavier_seed_2'").printed_s1.isna().all()


def test_the_default_net_stays_at_its_printed_accuracy(curve):
    accuracy = curve("default").test_accuracy
    assert (accuracy == 0.48).all()
    assert len(accuracy) == notebook.STEPS + 1


def test_landmarks_of_the_default_loss(curve):
    """Epoch e of the document's figure is step e + 1: it evaluates after each update."""
    loss = curve("default").test_loss
    assert loss[1] == pytest.approx(0.783, abs=5e-4)
    assert loss[0] == pytest.approx(0.7878, abs=PRINTED)  # the figure does not show it
    assert loss[201] == pytest.approx(0.6936, abs=PRINTED)
    assert loss[1000] == pytest.approx(0.6935, abs=PRINTED)
    assert loss.loc[201:].max() - loss.loc[201:].min() < 1e-4


def test_landmarks_of_the_orthogonal_net(curve):
    rows = curve("orthogonal")
    accuracy, loss = rows.test_accuracy, rows.test_loss
    assert accuracy[1] == 0.335
    assert accuracy[0] == 0.31  # before the first update, so not in the figure
    assert accuracy[201] == 0.93
    assert 691 <= accuracy.index[accuracy == 1.0].min() <= 711
    assert accuracy[1000] == 1.0
    assert loss[1] == pytest.approx(0.80, abs=5e-3)
    assert loss[1000] == pytest.approx(0.0147, abs=PRINTED)


def test_the_xavier_net_that_the_notebook_never_ran_learns_nothing(curve):
    accuracy = curve("xavier_seed_2").test_accuracy
    assert accuracy[0] == 0.79  # by the chance of its start
    assert (accuracy.loc[1:] == 0.48).all()


def test_panels_hold_points_crosses_and_map_of_each_run(tables):
    sizes = tables["panels"].groupby(["run", "kind", "layer"]).size()
    for run in ("default", "orthogonal", "xavier_seed_2"):
        assert sizes[run, "point"].to_dict() == dict.fromkeys(range(9), 200)
        assert sizes[run, "grid"].to_dict() == dict.fromkeys(range(9), 144)
        assert sizes[run, "map"].to_dict() == {0: notebook.MAP_SIDE**2}


def test_the_map_decides_the_test_points_as_the_accuracy_says(tables):
    panels = tables["panels"].query("run == 'orthogonal'")
    points, cells = panels.query("kind == 'point' and layer == 0"), panels.query("kind == 'map'")
    centres, places = cells[["x", "y"]].to_numpy(), points[["x", "y"]].to_numpy()
    nearest = np.square(places[:, None] - centres).sum(-1).argmin(1)
    guesses = (cells.score.to_numpy()[nearest] > 0.5).astype(int)
    assert (guesses == points.label.to_numpy()).mean() > 0.97


def test_streams_before_change_nothing_and_torch_keeps_the_last_seed(monkeypatch):
    """The notebook draws from torch's global stream; its replay leaves it where that draw ends."""
    monkeypatch.setattr(notebook, "STEPS", 0)
    results = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        np.random.seed(seed)
        before = np.random.get_state()[1].tolist()
        results.append(notebook.replay())
        assert np.random.get_state()[1].tolist() == before
        after = torch.random.get_rng_state()
        torch.manual_seed(2)  # the Xavier draw of the last layer
        torch.nn.init.xavier_uniform_(torch.empty(2, 2))
        assert torch.equal(after, torch.random.get_rng_state())
    for name, table in results[0].items():
        pd.testing.assert_frame_equal(table, results[1][name], check_exact=True)
