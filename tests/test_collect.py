"""Collecting: only whole, fresh and well-formed files are joined, and their types stay."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from initbench.errors import InitbenchError
from initbench.tables import shards
from initbench.tables.collect import collect
from initbench.training.recorder import SCHEMAS
from test_shards import outcomes

IDENTITY = ["dataset", "architecture", "init"]


def rows(name, seeds, **changes):
    """Return a small table of one kind: two rows a seed, one for outcomes."""
    if name == "outcomes":
        table = outcomes([None] * len(seeds)).set_column(0, "seed", [pa.array(seeds, pa.int64())])
        frame = table.to_pandas().astype({"diverged_step": "Int32"})
    else:
        common = {"seed": [s for s in seeds for _ in range(2)], "step": [0, 20] * len(seeds)}
        own = {
            "curves": {"epoch": 1.0, "split": "test", "loss": 0.5, "accuracy": 0.25},
            "layers": {"layer": "final", "quantity": "rms", "index": 0, "value": 0.1 + 0.2},
        }
        frame = pd.DataFrame({**common, **own[name]})
    return pa.Table.from_pandas(frame.assign(**changes), SCHEMAS[name], preserve_index=False)


def lay_run(folder, seeds, fingerprint="f1", **tables):
    """Write the three files of a job; `tables` replaces some of them."""
    for name in SCHEMAS:
        table = tables.get(name, rows(name, seeds))
        shards.write(table, folder / f"{name}.parquet", {"fingerprint": fingerprint})
    return str(folder)


@pytest.fixture
def runs(tmp_path):
    """Return the folders of three sound jobs: two blocks of one init, one of another."""
    cells = {"default/1-2": [1, 2], "default/3-4": [3, 4], "ones/1-2": [1, 2]}
    base = tmp_path / "runs" / "tiny" / "moons" / "chain"
    return [lay_run(base / cell, seeds) for cell, seeds in cells.items()]


def collected(folders, to, fingerprint="f1"):
    outputs = {name: to / f"{name}.parquet" for name in SCHEMAS}
    collect(dict.fromkeys(folders, fingerprint), outputs, [*IDENTITY, ""])
    return {name: pq.read_table(path) for name, path in outputs.items()}


def refused(folders, to):
    """Return the message with which collecting is refused."""
    with pytest.raises(InitbenchError) as caught:
        collected(folders, to)
    return str(caught.value)


def test_every_row_is_there_once_and_knows_its_cell(runs, tmp_path):
    tables = collected(runs, tmp_path / "tables")
    for name, per_seed in (("curves", 2), ("layers", 2), ("outcomes", 1)):
        frame = tables[name].to_pandas()
        assert frame.groupby(["init", "seed"], observed=True).size().to_dict() == {
            (init, seed): per_seed
            for init, seeds in (("default", (1, 2, 3, 4)), ("ones", (1, 2)))
            for seed in seeds
        }
        assert set(frame.dataset) == {"moons"}
        assert set(frame.architecture) == {"chain"}
        assert frame.init.tolist() == sorted(frame.init)  # the order of the grid


def test_columns_keep_their_order_and_types(runs, tmp_path):
    for name, table in collected(runs, tmp_path / "tables").items():
        assert table.schema.names == [*SCHEMAS[name].names, *IDENTITY]
        for field in SCHEMAS[name]:
            assert table.schema.field(field.name).type == field.type
        frame = table.to_pandas()
        assert all(isinstance(frame[column].dtype, pd.CategoricalDtype) for column in IDENTITY)


def test_values_are_copied_to_the_last_bit(runs, tmp_path):
    layers = collected(runs, tmp_path / "tables")["layers"]
    assert set(layers["value"].to_pylist()) == {0.1 + 0.2}


def test_a_diverged_step_stays_a_nullable_whole_number(tmp_path):
    base = tmp_path / "runs/tiny/moons/chain/default"
    folders = [
        lay_run(base / "0-1", [0, 1]),
        lay_run(base / "2-4", [2, 3, 4], outcomes=outcomes([None, 7, None])),
    ]
    table = collected(folders, tmp_path)["outcomes"]
    assert table["diverged_step"].type == pa.int32()
    assert table["diverged_step"].to_pylist() == [None, None, None, 7, None]
    assert table["diverged_layer"].to_pylist() == [None, None, None, "layers.3", None]


def test_jobs_without_rows_neither_stop_nor_change_the_others(tmp_path):
    base = tmp_path / "runs/tiny/moons/chain"
    nothing = SCHEMAS["curves"].empty_table()
    folders = [lay_run(base / "default/1-1", [1], curves=nothing), lay_run(base / "ones/1-1", [1])]
    for part in (folders, folders[:1]):
        curves = collected(part, tmp_path)["curves"]
        assert curves.schema.field("init").type == pa.dictionary(pa.int32(), pa.string())
        assert set(curves["init"].to_pylist()) == {"ones"} - ({"ones"} if len(part) == 1 else set())


def test_collecting_twice_gives_the_same_bytes(runs, tmp_path):
    contents = []
    for to in (tmp_path / "a", tmp_path / "b"):
        collected(runs, to)
        contents.append([(to / f"{name}.parquet").read_bytes() for name in SCHEMAS])
    assert contents[0] == contents[1]


def spoil(path, how):
    """Damage a job's file in one of the ways that a pipeline meets."""
    if how == "missing":
        path.unlink()
    elif how == "truncated":
        path.write_bytes(path.read_bytes()[:-20])
    elif how == "foreign":
        pq.write_table(rows("layers", [1]), path)
    else:
        shards.write(rows("layers", [1, 2]), path, {"fingerprint": "of older code"})


@pytest.mark.parametrize("how", ["missing", "truncated", "foreign", "stale"])
def test_a_bad_file_is_named_with_a_command_that_removes_it_alone(runs, tmp_path, how):
    bad, good = Path(runs[1]) / "layers.parquet", Path(runs[1]) / "curves.parquet"
    spoil(bad, how)
    message = refused(runs, tmp_path / "tables")
    assert message.startswith("1 of 9 files are missing, corrupt or made by other code or settings")
    assert re.findall(r"'([^']+)'", message) == [str(bad)]
    remove, again = message.partition("mend it with: ")[2].split(" && ")
    assert again == "make report"
    subprocess.run(remove, shell=True, check=True)
    assert (bad.exists(), good.exists()) == (False, True)
    assert not (tmp_path / "tables").exists()


def test_all_bad_files_are_named_at_once(runs, tmp_path):
    for folder in runs[:2]:
        spoil(Path(folder) / "layers.parquet", "truncated")
    message = refused(runs, tmp_path)
    assert message.startswith("2 of 9 files")
    assert all(f"'{folder}/layers.parquet'" in message for folder in runs[:2])


def test_damage_behind_a_sound_footer_is_found(runs, tmp_path):
    path = Path(runs[0]) / "curves.parquet"
    content = bytearray(path.read_bytes())
    content[40] ^= 255  # in the first page of data
    path.write_bytes(content)
    assert shards.footer(path) == {"fingerprint": "f1"}
    assert f"delete it (rm '{path}') and run snakemake again." in refused(runs, tmp_path)


SPOILED = {
    "accuracy above 1": ("curves", {"accuracy": 1.5}, "'accuracy' that fails the check in_range"),
    "unknown split": ("curves", {"split": "tset"}, "'split' that fails the check isin"),
    "negative step": ("curves", {"step": -1}, "'step' that fails the check greater_than"),
    "negative index": ("layers", {"index": -1}, "'index' that fails the check greater_than"),
    "unknown status": ("outcomes", {"status": "lost"}, "'status' that fails the check isin"),
    "a seed twice": ("outcomes", {"seed": 1}, "'seed' that fails the check field_uniqueness"),
    "no class": ("outcomes", {"predicted_classes": 0}, "'predicted_classes' that fails the check"),
}


@pytest.mark.parametrize("fault", SPOILED)
def test_values_that_cannot_be_are_refused(tmp_path, fault):
    name, changes, expected = SPOILED[fault]
    table = rows(name, [1, 2], **changes)
    folder = lay_run(tmp_path / "runs/tiny/moons/chain/ones/1-2", [1, 2], **{name: table})
    message = refused([folder], tmp_path)
    assert expected in message
    assert message.startswith(f"{folder}/{name}.parquet ")
    assert message.endswith(f"delete it (rm '{folder}/{name}.parquet') and run snakemake again.")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda table: table.drop_columns("loss"), "lacks the column 'loss'"),
        (lambda table: table.append_column("los", table["loss"]), "has the unknown column 'los'"),
        (
            lambda table: table.set_column(1, "step", table["seed"]),
            "fails the check dtype('int32')",
        ),
    ],
)
def test_columns_that_are_missing_unknown_or_of_another_type_are_refused(
    tmp_path, change, expected
):
    table = change(rows("curves", [1]))
    folder = lay_run(tmp_path / "runs/tiny/moons/chain/ones/1-1", [1], curves=table)
    assert expected in refused([folder], tmp_path)


def test_a_lost_loss_is_data_where_a_run_diverged(tmp_path):
    table = rows("curves", [1], loss=float("nan"))
    folder = lay_run(tmp_path / "runs/tiny/moons/chain/ones/1-1", [1], curves=table)
    assert collected([folder], tmp_path)["curves"].to_pandas().loss.isna().all()


def test_memory_does_not_grow_with_the_number_of_jobs(tmp_path, monkeypatch):
    seeds = list(range(1, 5001))
    noise = {"value": np.random.default_rng(0).random(2 * len(seeds))}  # cannot be compressed
    table = rows("layers", seeds, **noise)
    folders = [str(tmp_path / f"runs/tiny/moons/chain/i{k}/1-5000") for k in range(60)]
    for folder in folders:
        shards.write(table, Path(folder) / "layers.parquet", {"fingerprint": "f1"})
    held, read = [], shards.read

    def watched(path):
        held.append(pa.total_allocated_bytes())
        return read(path)

    monkeypatch.setattr(shards, "read", watched)
    before = pa.total_allocated_bytes()
    collect(dict.fromkeys(folders, "f1"), {"layers": tmp_path / "layers.parquet"}, [*IDENTITY, ""])
    assert (tmp_path / "layers.parquet").stat().st_size > 6 * table.nbytes
    assert max(held) - before < 3 * table.nbytes


def test_a_failed_collection_leaves_the_old_table_and_no_rest(runs, tmp_path):
    collected(runs, tmp_path)
    old = (tmp_path / "curves.parquet").read_bytes()
    spoiled = rows("curves", [1, 2], accuracy=1.5)
    lay_run(Path(runs[2]), [1, 2], curves=spoiled)
    refused(runs, tmp_path)
    assert (tmp_path / "curves.parquet").read_bytes() == old
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_experiment_without_runs_is_refused(tmp_path):
    assert "without runs" in refused([], tmp_path)
