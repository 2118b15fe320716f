"""Data sets: known answers and properties of the planar ones, and entries that are refused."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import RandomState
from scipy.spatial import Delaunay, KDTree
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from initbench import datasets
from initbench.datasets import c_bands, circles, moons
from initbench.errors import InitbenchError
from initbench.seeds import numpy_stream

DATA = Path(__file__).parents[1] / "data"
PLANAR = ["moons", "c_bands", "circles"]
SEED = 2_000_000
MNIST = {"source": "torchvision", "name": "MNIST", "mean": 0.1307, "std": 0.3081}
FASHION = {"source": "torchvision", "name": "FashionMNIST", "mean": 0.2860, "std": 0.3530}


def planar(source="moons", **changes):
    return {"source": source, "samples": 1000, "noise": 0.1, "standardize": "all", **changes}


# Planar sets


@pytest.mark.parametrize("seed", range(20))
def test_moons_are_scikit_learns(seed):
    x, y = moons.SOURCE.draw(1000, 0.1, RandomState(seed))
    expected_x, expected_y = make_moons(1000, noise=0.1, random_state=RandomState(seed))
    assert np.abs(x - expected_x).max() <= 1e-12
    assert np.array_equal(y, expected_y)


@pytest.mark.parametrize("standardize", ["all", "none", "train"])
@pytest.mark.parametrize("seed", [*range(20), 42])
def test_split_is_the_notebooks(seed, standardize):
    stream = RandomState(seed)
    x, y = make_moons(1000, noise=0.1, random_state=stream)
    if standardize == "all":
        x = StandardScaler().fit_transform(x)
    train_x, test_x, train_y, test_y = train_test_split(x, y, test_size=0.2, random_state=stream)
    if standardize == "train":
        scaler = StandardScaler().fit(train_x)
        train_x, test_x = scaler.transform(train_x), scaler.transform(test_x)
    split = datasets.draw(planar(standardize=standardize), RandomState(seed))
    assert np.array_equal(split.train_x[0], train_x.astype(np.float32))
    assert np.array_equal(split.test_x[0], test_x.astype(np.float32))
    assert np.array_equal(split.train_y[0], train_y)
    assert np.array_equal(split.test_y[0], test_y)


@pytest.mark.parametrize("source", PLANAR)
def test_planar_form_and_balance(source):
    split = datasets.load(planar(source), Path("unused"), [SEED, SEED + 1, SEED + 2])
    assert datasets.form(planar(source)) == datasets.Form((2,), 800, 200, 2)
    assert split.train_y.shape == (3, 800)
    assert np.array_equal(split.train_y.sum(axis=1) + split.test_y.sum(axis=1), [500] * 3)


@pytest.mark.parametrize("source", PLANAR)
def test_a_seed_draws_from_its_stream_of_data(source):
    block = datasets.load(planar(source), Path("unused"), [SEED, SEED + 1])
    drawn = datasets.draw(planar(source), numpy_stream(SEED, "data"))
    assert np.array_equal(drawn.test_x[0], block.test_x[0])


@settings(max_examples=30, deadline=None)
@given(
    source=st.sampled_from(PLANAR),
    samples=st.integers(20, 300),
    noise=st.floats(0, 0.3),
    share=st.floats(0.1, 0.5),
    seed=st.integers(0, 2**31),
)
def test_standardised_on_all_points(source, samples, noise, share, seed):
    spec = planar(source, samples=samples, noise=noise, test_share=share)
    split = datasets.draw(spec, RandomState(seed))
    x = np.concatenate([split.train_x[0], split.test_x[0]]).astype(np.float64)
    assert len(x) == samples
    assert split.test_x.shape[1] == np.ceil(share * samples)
    assert np.abs(x.mean(axis=0)).max() < 1e-6
    assert np.abs(x.std(axis=0) - 1).max() < 1e-5


def test_leak_free_scaler_sees_only_training_points():
    split = datasets.draw(planar(standardize="train"), RandomState(3))
    assert np.abs(split.train_x[0].mean(axis=0)).max() < 1e-6
    assert np.abs(split.test_x[0].mean(axis=0)).max() > 1e-3


def test_noise_has_the_given_standard_deviation():
    quiet, _ = moons.SOURCE.draw(20_000, 0.0, RandomState(5))
    noisy, _ = moons.SOURCE.draw(20_000, 0.1, RandomState(5))
    assert (noisy - quiet).std() == pytest.approx(0.1, rel=0.02)


def test_c_bands_interlock_without_touching():
    first, second = c_bands.bands(4000, 4000, RandomState(0))
    gap = KDTree(first).query(second)[0].min()
    assert 0.25 < gap < 0.30
    assert (Delaunay(first).find_simplex(second) >= 0).any()
    assert (Delaunay(second).find_simplex(first) >= 0).any()


def test_c_bands_are_point_symmetric_in_law():
    first, second = c_bands.bands(20_000, 20_000, RandomState(1))
    turned = 2 * c_bands.CENTRE - second
    assert np.allclose(turned.mean(axis=0), first.mean(axis=0), atol=0.03)
    assert np.allclose(np.cov(turned.T), np.cov(first.T), atol=0.03)


def test_circles_enclose_the_disc_so_that_no_line_separates_them():
    x, y = circles.SOURCE.draw(1000, 0.05, RandomState(0))
    assert (Delaunay(x[y == 0]).find_simplex(x[y == 1]) >= 0).all()
    radius = np.linalg.norm(x, axis=1)
    assert radius[y == 1].max() < radius[y == 0].min()  # yet a circle separates them


def test_planar_manifest_and_sample(tmp_path):
    folder = tmp_path / "my_moons"
    manifest = datasets.prepare(planar(), DATA, folder)
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8")) == manifest
    assert manifest["dataset"] == "my_moons"
    assert manifest["samples"] == {"train": 800, "test": 200}
    assert manifest["shape"] == [2]
    assert sum(manifest["class_shares"]["train"]) == pytest.approx(1)
    content = (folder / "sample.csv").read_bytes()
    assert manifest["sha256"] == {"sample.csv": hashlib.sha256(content).hexdigest()}
    rows = np.genfromtxt(folder / "sample.csv", delimiter=",", skip_header=1, usecols=(1, 2))
    split = datasets.load(planar(), folder, [SEED])
    assert np.array_equal(rows[:800].astype(np.float32), split.train_x[0])


# Entries of config.yaml


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"source": "moon"}, "did you mean 'moons'"),
        ({}, "Unknown data source ''"),
        ({**MNIST, "name": "FashionMNST"}, "did you mean 'FashionMNIST'"),
        ({**MNIST, "sdt": 1}, "did you mean 'std'"),
        ({**MNIST, "std": 0}, "'std' of a data set is 0"),
        ({**MNIST, "mean": "a"}, "'mean' of a data set is 'a'"),
        ({**MNIST, "mean": [0.1, 0.2]}, "'mean' of MNIST has 2 values"),
        ({k: v for k, v in MNIST.items() if k != "mean"}, "needs the key 'mean'"),
        (planar(nois=0.1), "did you mean 'noise'"),
        (planar(noise=-1), "'noise' of a data set is -1"),
        (planar(noise=float("nan")), "'noise' of a data set is nan"),
        (planar(noise=True), "'noise' of a data set is True"),
        (planar(samples=2), "'samples' of a data set is 2"),
        (planar(samples=10.5), "give a whole number"),
        (planar(test_share=1.0), "'test_share' of a data set is 1.0"),
        (planar(standardize="trian"), "did you mean 'train'"),
        (planar(standardize=False), "Unknown value of 'standardize'"),
    ],
)
def test_bad_entries_are_refused(spec, message):
    with pytest.raises(InitbenchError, match=message):
        datasets.check_spec(spec)


@pytest.mark.parametrize("spec", [MNIST, FASHION, planar(), planar(test_share=0.5)])
def test_good_entries_pass(spec):
    datasets.check_spec(spec)


def test_stored_sets_cannot_be_drawn():
    with pytest.raises(InitbenchError, match="use load instead"):
        datasets.draw(MNIST, RandomState(0))


def test_sources_and_their_files():
    assert {"c_bands", "circles", "moons", "torchvision"} <= set(datasets.sources())
    with pytest.raises(InitbenchError, match="did you mean 'circles'"):
        datasets.source_file("circle")


def test_no_heavy_import_before_use():
    code = (
        "import sys; from initbench import checks, datasets; checks.checks();"
        "datasets.check_spec({'source': 'moons', 'samples': 9, 'noise': 0, 'standardize': 'all'});"
        "sys.exit(', '.join({'torch', 'torchvision', 'sklearn'} & sys.modules.keys()) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
