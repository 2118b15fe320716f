"""The contract that every data source keeps; a new source's file is found and tested by itself."""

import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from entries import ROOT, of_sources
from initbench import datasets
from initbench.discovery import load

ENTRIES = of_sources()
PARTS = ("train_x", "train_y", "test_x", "test_y")
SEEDS = (2_000_000, 2_000_001)

every_source = pytest.mark.parametrize("name", ENTRIES)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """Return the folder of a source's data, prepared once."""
    root = tmp_path_factory.mktemp("prepared")

    @cache
    def folder(name: str) -> Path:
        datasets.prepare(ENTRIES[name], ROOT / "data", root / name)
        return root / name

    return folder


def streams():
    return np.random.get_state()[1].tolist(), random.getstate(), torch.get_rng_state().tolist()


@every_source
def test_a_source_says_what_it_is_and_bears_the_name_of_its_file(name):
    module = load("datasets", name)
    assert module.__doc__
    assert type(module.SOURCE).__doc__
    assert module.SOURCE.name == name == datasets.source_file(name).stem


@every_source
def test_arrays_have_the_form_that_is_known_beforehand(name, prepared):
    spec = ENTRIES[name]
    split, form = datasets.load(spec, prepared(name), SEEDS), datasets.form(spec)
    for x, y, count in (
        (split.train_x, split.train_y, form.train),
        (split.test_x, split.test_y, form.test),
    ):
        assert x.shape == (len(x), count, *form.sample)
        assert len(x) == len(y) in (1, len(SEEDS))
        assert x.dtype == np.float32
        assert np.isfinite(x).all()
        assert y.dtype == (np.int64 if form.classes else np.float32)
        assert y.shape[1] == count
        if form.classes:
            assert set(np.unique(y)) <= set(range(form.classes))
        else:
            assert y[0, :1].size == form.outputs
    assert form.train == datasets.train_samples(spec)
    if form.classes:
        assert set(np.unique(split.train_y)) == set(range(form.classes))


@every_source
def test_a_seed_has_its_own_data_in_any_company(name, prepared):
    spec, folder = ENTRIES[name], prepared(name)
    before = streams()
    both, alone = datasets.load(spec, folder, SEEDS), datasets.load(spec, folder, SEEDS[1:])
    assert streams() == before
    for part in PARTS:
        together, single = getattr(both, part), getattr(alone, part)
        np.testing.assert_array_equal(together[-1:], single)
    drawn = len(both.train_x) > 1
    assert drawn == (not np.array_equal(both.train_x[0], both.train_x[-1]))


@every_source
def test_no_sample_is_in_both_parts(name, prepared):
    split = datasets.load(ENTRIES[name], prepared(name), SEEDS[:1])
    train, test = ({row.tobytes() for row in x[0]} for x in (split.train_x, split.test_x))
    assert not train & test


@every_source
def test_equal_entries_give_equal_files_and_the_manifest_says_what_is_in_them(
    name, prepared, tmp_path
):
    manifest = datasets.prepare(ENTRIES[name], ROOT / "data", tmp_path / name)
    form = datasets.form(ENTRIES[name])
    assert datasets.read_manifest(tmp_path / name) == manifest
    assert manifest["samples"] == {"train": form.train, "test": form.test}
    assert manifest["shape"] == list(form.sample)
    files = {path.name for path in (tmp_path / name).iterdir()}
    assert files == {path.name for path in prepared(name).iterdir()}
    for file in files:
        assert (tmp_path / name / file).read_bytes() == (prepared(name) / file).read_bytes()
