"""config.yaml: the real one is sound, each mistake gets one sentence, the grid expands as told."""

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from initbench.errors import InitbenchError
from initbench.grid import config as grid
from initbench.training.protocol import Protocol
from workflow_grid import ROOT, tiny

REAL = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
REDUCED = yaml.safe_load(
    (ROOT / "workflow/profiles/preview/reduced.yaml").read_text(encoding="utf-8")
)
CROSSING = ("experiments", "tiny", "grid", 0)
PROTOCOL = ("protocols", "sgd")


def inner(config, place):
    for key in place:
        config = config[key]
    return config


def put(*place_and_value):
    """Return the edit that sets the value at a place of a config."""
    *place, key, value = place_and_value

    def edit(config):
        inner(config, place)[key] = value

    return edit


def rename(*place, to):
    """Return the edit that misspells the last key of a place."""

    def edit(config):
        holder = inner(config, place[:-1])
        holder[to] = holder.pop(place[-1])

    return edit


def repeat(**changes):
    """Return the edit that adds the first crossing once more, with changes."""

    def edit(config):
        crossings = inner(config, CROSSING[:-1])
        crossings.append({**crossings[0], **changes})

    return edit


def drop(*place):
    """Return the edit that removes a key."""
    return lambda config: inner(config, place[:-1]).pop(place[-1])


MISTAKES: dict[str, tuple[Callable, str]] = {
    "misspelt top-level key": (
        rename("experiments", to="experiment"), "did you mean 'experiments'?"),
    "unknown top-level key": (put("seedbase", 1), "did you mean 'seed_base'?"),
    "missing top-level key": (drop("inits"), "'inits' is a required property"),
    "misspelt key of a protocol": (
        rename(*PROTOCOL, "epochs", to="epoch"), "'epoch'; did you mean 'epochs'?"),
    "misspelt key of a kick": (
        put(*PROTOCOL, "kick", {"after_epoch": 1, "sd": 1}), "'sd'; did you mean 'std'?"),
    "misspelt key of a crossing": (
        rename(*CROSSING, "seeds", to="seed"), "'seed'; did you mean 'seeds'?"),
    "misspelt key of also": (
        put(*CROSSING, "also", {"recrod": {}}), "'recrod'; did you mean 'record'?"),
    "misspelt key of reduce": (
        put("reduce", {"seed": {}, "epochs": {}, "train_samples": 100, "draws": {}}),
        "did you mean 'seeds'?"),
    "unknown init": (put(*CROSSING, "inits", ["defualt"]), "'defualt'; did you mean 'default'?"),
    "unknown data set": (put(*CROSSING, "datasets", ["mons"]), "did you mean 'moons'?"),
    "unknown architecture": (
        put(*CROSSING, "architectures", ["tanh_chian"]), "did you mean 'tanh_chain'?"),
    "unknown protocol": (
        put("experiments", "tiny", "protocol", "sdg"), "'tiny': 'sdg'; did you mean 'sgd'?"),
    "unknown method": (put("inits", "default", "method", "defalt"), "did you mean 'default'?"),
    "method that is no name": (put("inits", "default", "method", 3), "is not of type 'string'"),
    "unknown family": (
        put("architectures", "tanh_chain", "family", "deep_tanh"), "did you mean 'deep_tanh_mlp'?"),
    "unknown source": (put("datasets", "moons", "source", "moon"), "did you mean 'moons'?"),
    "unknown parameter of a method": (
        put("inits", "orthogonal", "gian", 1.5), "'gian'; did you mean 'gain'?"),
    "bad value of a parameter": (
        put("inits", "orthogonal", "gain", -1.5), "gain = -1.5, but expects a number above 0"),
    "unknown parameter of a family": (
        put("architectures", "tanh_chain", "dept", 3), "'dept'; did you mean 'depth'?"),
    "unknown parameter of a source": (
        put("datasets", "moons", "noize", 0.1), "'noize'; did you mean 'noise'?"),
    "missing parameter of a source": (drop("datasets", "moons", "noise"), "needs the key 'noise'"),
    "an entry without meaning": (put("inits", "default", None), "None is not of type 'object'"),
    "a name that is no file name": (put("inits", "a/b", {"method": "default"}), "'a/b'"),
    "zero seeds": (put(*CROSSING, "seeds", 0), "grid.0.seeds: 0 is less than the minimum of 1"),
    "zero seeds in the preview": (
        put("reduce", {"seeds": {"tanh_chain": 0}, "epochs": {}, "train_samples": 100}
            | {"draws": {}}),
        "reduce.seeds.tanh_chain: 0 is less than the minimum of 1"),
    "seeds that fill no block": (
        lambda config: inner(config, CROSSING).update(seeds=3, block=2), "for instance 4"),
    "one cell twice": (repeat(), "the cell tiny/moons/tanh_chain/default twice"),
    "one cell twice in other blocks": (
        repeat(block=2), "the cell tiny/moons/tanh_chain/default twice"),
    "bad optimizer": (put(*PROTOCOL, "optimizer", "adma"), "'adma'; did you mean 'adam'?"),
    "no learning rate": (drop(*PROTOCOL, "learning_rate"), "give it a positive one"),
    "bad batch": (put(*PROTOCOL, "batch", 0), "0 is less than the minimum of 1"),
    "bad moment": (put(*PROTOCOL, "evaluate", "test", "sometimes"), "'sometimes' does not match"),
    "unknown split": (put(*PROTOCOL, "evaluate", "tset", "each"), "'tset'; did you mean 'test'?"),
    "unknown group": (
        put(*PROTOCOL, "record", "spectrum", "each"), "'spectrum'; did you mean 'spectra'?"),
    "unknown split of a crossing": (
        put(*CROSSING, "also", {"evaluate": {"tset": "each"}}), "did you mean 'test'?"),
    "unknown group of a crossing": (
        put(*CROSSING, "also", {"record": {"spectrum": "ends"}}), "did you mean 'spectra'?"),
    "no experiments": (put("experiments", {}), "should be non-empty"),
    "unknown purpose": (put("purpose", "ful"), "'ful' is not one of ['full', 'preview']"),
    "unknown experiment left out": (put("without", ["tiyn"]), "did you mean 'tiny'?"),
}  # fmt: skip


def refusal(config, root=ROOT):
    with pytest.raises(InitbenchError) as caught:
        grid.validate(config, root)
    return str(caught.value)


def is_one_sentence(text):
    ends = re.findall(r"[.?!](?=\s+[A-Z]|$)", text)
    return "\n" not in text and len(ends) == 1 and text[-1] in ".?"


def test_the_real_config_and_its_preview_and_the_tiny_one_are_sound():
    for config in (REAL, {**REAL, **REDUCED}, tiny()):
        grid.validate(config, ROOT)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_in_one_sentence_that_helps(mistake):
    edit, expected = MISTAKES[mistake]
    config = tiny()
    edit(config)
    message = refusal(config)
    assert expected in message
    assert is_one_sentence(message), message


def test_a_method_without_a_rule_is_refused(tmp_path):
    for name in ("schemas", "rules/inits"):
        shutil.copytree(ROOT / "workflow" / name, tmp_path / "workflow" / name)
    grid.validate(tiny(), tmp_path)
    (tmp_path / "workflow/rules/inits/orthogonal.smk").unlink()
    message = refusal(tiny(), tmp_path)
    assert "add workflow/rules/inits/orthogonal.smk" in message
    assert is_one_sentence(message)


def test_a_results_path_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "taken").write_text("", encoding="utf-8")
    for folder in (tmp_path / "taken", tmp_path / "taken" / "below"):
        message = refusal({**tiny(), "results": str(folder)})
        assert f"'{tmp_path / 'taken'}' is not a folder that can be written" in message
        assert is_one_sentence(message)


def test_a_reports_folder_without_permission_is_refused(tmp_path, monkeypatch):
    config = {**tiny(), "reports": str(tmp_path / "new" / "reports")}
    grid.validate(config, ROOT)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    assert "`reports` of config.yaml" in refusal(config)


def test_reading_the_config_imports_no_torch():
    code = "import initbench.grid.config, sys; sys.exit('torch' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    assert (
        subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
    )


def seeds_by_cell(config):
    """Return the list of seeds of each cell of the grid, blocks one after the other."""
    seeds = defaultdict(list)
    for cell in grid.cells(config):
        names = (cell.experiment, cell.dataset, cell.architecture, cell.init)
        seeds[names] += range(cell.first, cell.first + cell.count)
    return seeds


def sized(crossings, base=7):
    """Return a config with one experiment for each (number of blocks, size of a block)."""
    config = {**tiny(), "seed_base": base}
    plain = inner(config, CROSSING)
    config["experiments"] = {
        f"e{k}": {
            "bed": ("tanh_chain", "mnist")[k % 2],
            "protocol": "sgd",
            "grid": [{**plain, "seeds": blocks * block, "block": block}],
        }
        for k, (blocks, block) in enumerate(crossings)
    }
    return config


few = settings(max_examples=40, deadline=None)
small = st.integers(1, 6)
crossings = st.lists(st.tuples(small, small), min_size=1, max_size=3)


@few
@given(crossings, st.integers(1, 3))
def test_more_seeds_in_whole_blocks_keep_every_old_cell(sizes, more):
    old = list(grid.cells(sized(sizes)))
    new = list(grid.cells(sized([(blocks + more, block) for blocks, block in sizes])))
    assert set(old) < set(new)
    assert len(new) - len(old) == more * len(sizes)


@few
@given(crossings, st.integers(0, 10))
def test_blocks_cover_the_seeds_and_do_not_overlap(sizes, base):
    config = sized(sizes, base)
    grid.validate(config, ROOT)
    found = seeds_by_cell(config)
    assert len(found) == len(sizes)
    for (experiment, *_), seeds in found.items():
        blocks, block = sizes[int(experiment[1:])]
        assert seeds == list(range(base, base + blocks * block))


@few
@given(crossings, st.integers(1, 40), st.integers(0, 40))
def test_the_preview_never_has_more(sizes, limit, epochs):
    full = sized(sizes)
    reduce = {
        "seeds": {"tanh_chain": limit},
        "epochs": {"tanh_chain": epochs},
        "train_samples": 100,
        "draws": {},
    }
    reduced = {**full, "reduce": reduce}
    grid.validate(reduced, ROOT)
    before, after = seeds_by_cell(full), seeds_by_cell(reduced)
    assert before.keys() == after.keys()
    for cell in grid.cells(reduced):
        names = (cell.experiment, cell.dataset, cell.architecture, cell.init)
        first = cell.experiment in {f"e{k}" for k in range(0, len(sizes), 2)}  # bed tanh_chain
        most = min(limit, len(before[names])) if first else len(before[names])
        assert 1 <= len(after[names]) <= most
        assert after[names] == before[names][: len(after[names])]
        assert len(after[names]) == grid.seeds_of(reduced, cell.experiment)
        spec = grid.cell_spec(reduced, cell)
        assert spec["protocol"]["epochs"] == (min(20, epochs) if first else 20)
        assert spec["train_samples"] == 100


def test_the_real_preview_is_a_smaller_part_of_the_real_grid():
    full, preview = (seeds_by_cell(config) for config in (REAL, {**REAL, **REDUCED}))
    whole = seeds_by_cell({**REAL, "without": []})
    left_out = {cell for cell in whole if cell[0] in REDUCED["without"]}
    assert left_out
    assert whole.keys() - left_out == preview.keys()
    assert all(set(seeds) <= set(whole[cell]) for cell, seeds in preview.items())
    assert sum(map(len, preview.values())) < 0.2 * sum(map(len, full.values()))


def test_no_cell_of_the_real_grid_is_trained_under_two_names():
    meanings = [
        json.dumps([grid.cell_spec(REAL, cell), cell.seeds], sort_keys=True)
        for cell in grid.cells(REAL)
    ]
    assert len(set(meanings)) == len(meanings)


def test_the_folder_of_a_cell_names_it_and_its_seeds():
    folders = [cell.folder for cell in grid.cells(tiny())]
    assert folders == [
        "tiny/moons/tanh_chain/default/2000000-2000000",
        "tiny/moons/tanh_chain/default/2000001-2000001",
        "tiny/moons/tanh_chain/orthogonal/2000000-2000001",
    ]


def test_what_a_crossing_also_records_reaches_its_own_cells_only():
    config = tiny()
    also = {"record": {"spectra": "each", "geometry": "ends"}, "evaluate": {"test": "each"}}
    inner(config, CROSSING)["also"] = also
    default, _, orthogonal = (grid.cell_spec(config, c)["protocol"] for c in grid.cells(config))
    assert default["record"] == {
        "gradients": "ends", "states": "ends", "spectra": "each", "geometry": "ends",
    }  # fmt: skip
    assert default["evaluate"] == {"train": "every 10", "test": "each"}
    assert orthogonal == config["protocols"]["sgd"] == tiny()["protocols"]["sgd"]


def test_the_meaning_of_each_real_cell_is_plain_data_with_a_sound_protocol():
    before = copy.deepcopy(REAL)
    for cell in grid.cells(REAL):
        spec = grid.cell_spec(REAL, cell)
        assert json.loads(json.dumps(spec)) == spec
        assert Protocol.of(spec["protocol"]).epochs == spec["protocol"]["epochs"]
        assert spec["init"] == REAL["inits"][cell.init]
    assert before == REAL
