"""Collecting: only whole, fresh and well-formed files are joined, and their types stay."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from initbench.errors import InitbenchError
from initbench.tables import schemas, shards
from initbench.tables.collect import collect
from initbench.tables.read import Tables
from initbench.training.recorder import SCHEMAS
from test_shards import outcomes

IDENTITY = ["dataset", "architecture", "init"]


def rows(name, seeds, **changes):
    """Return a small table of one kind: two rows a seed, one for outcomes."""
    if name == "outcomes":
        frame = ended(seeds, [None] * len(seeds)).to_pandas().astype({"diverged_step": "Int32"})
    else:
        common = {"seed": [s for s in seeds for _ in range(2)], "step": [0, 20] * len(seeds)}
        own = {
            "curves": {"epoch": 1.0, "split": "test", "loss": 0.5, "accuracy": 0.25},
            "layers": {"layer": "final", "quantity": "rms", "index": 0, "value": 0.1 + 0.2},
        }
        frame = pd.DataFrame({**common, **own[name]})
    return pa.Table.from_pandas(frame.assign(**changes), SCHEMAS[name], preserve_index=False)


def ended(seeds, diverged_step):
    """Return the outcomes of seeds of which some diverged."""
    return outcomes(diverged_step).set_column(0, "seed", [pa.array(seeds, pa.int64())])


def lay_run(folder, seeds, fingerprint="f1", **tables):
    """Write the three files of a job; `tables` replaces some of them."""
    for name in SCHEMAS:
        table = tables.get(name, rows(name, seeds))
        shards.write(table, folder / f"{name}.parquet", footer(folder, fingerprint))
    return str(folder)


def footer(folder, fingerprint="f1"):
    """Return what the footers of a job's files say."""
    names = zip((*IDENTITY, "seeds"), Path(folder).parts[-4:], strict=True)
    return {**dict(names), "fingerprint": fingerprint}


@pytest.fixture
def runs(tmp_path):
    """Return the folders of three sound jobs: two blocks of one init, one of another."""
    cells = {"default/1-2": [1, 2], "default/3-4": [3, 4], "ones/1-2": [1, 2]}
    base = tmp_path / "runs" / "tiny" / "moons" / "chain"
    return [lay_run(base / cell, seeds) for cell, seeds in cells.items()]


def collected(folders, to, fingerprint="f1"):
    outputs = {name: to / f"{name}.parquet" for name in SCHEMAS}
    collect({f: footer(f, fingerprint) for f in folders}, outputs, [*IDENTITY, ""])
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
        lay_run(base / "2-4", [2, 3, 4], outcomes=ended([2, 3, 4], [None, 7, None])),
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
        shards.write(rows("layers", [3, 4]), path, footer(path.parent, "of older code"))


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
    assert shards.footer(path) == footer(path.parent)
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


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("name", "column"), [*schemas.OVERFLOWING.items()])
def test_what_overflowed_is_data_where_a_run_diverged_and_refused_elsewhere(
    tmp_path, name, column, value
):
    tables = {"outcomes": ended([1, 2], [3, None])}
    for seed in (1, 2):
        frame = tables.get(name, rows(name, [1, 2])).to_pandas(types_mapper=pd.ArrowDtype)
        frame[column] = frame[column].mask(frame.seed == seed, value)
        spoilt = pa.Table.from_pandas(frame, SCHEMAS[name], preserve_index=False)
        folder = tmp_path / f"runs/tiny/moons/chain/s{seed}/1-2"
        lay_run(folder, [1, 2], **{**tables, name: spoilt})
    good, bad = (str(tmp_path / f"runs/tiny/moons/chain/s{seed}/1-2") for seed in (1, 2))
    assert len(collected([good], tmp_path)[name])
    if np.isnan(value) and name == "layers":  # what is not defined
        assert len(collected([bad], tmp_path)[name])
    else:
        assert "not finite of seed 2, which did not diverge" in refused([bad], tmp_path)


def test_the_score_of_a_rate_that_diverged_is_minus_infinite_for_all_seeds(tmp_path):
    table = rows("layers", [1], layer="tuning", value=-np.inf)
    folder = lay_run(tmp_path / "runs/tiny/moons/chain/ones/1-1", [1], layers=table)
    assert len(collected([folder], tmp_path)["layers"]) == 2


MISPLACED = {
    "another block": ("default/3-4", "seeds 3-4, not 1-2"),
    "another init": ("ones/1-2", "init ones, not default"),
    "another architecture": ("../net/default/1-2", "architecture net, not chain"),
    "another data set": ("../../rings/chain/default/1-2", "dataset rings, not moons"),
}


@pytest.mark.parametrize("place", MISPLACED)
@pytest.mark.parametrize("name", SCHEMAS)
def test_a_file_in_the_place_of_another_is_refused(runs, tmp_path, name, place):
    source, expected = MISPLACED[place]
    base = tmp_path / "runs/tiny/moons/chain"
    source = (base / source).resolve()
    lay_run(source, [*range(int(source.name[0]), int(source.name[2]) + 1)])
    shutil.copy(source / f"{name}.parquet", base / "default/1-2")
    message = refused(runs, tmp_path / "tables")
    assert f"(the first is of {expected}); " in message
    assert re.findall(r"'([^']+)'", message) == [f"{base}/default/1-2/{name}.parquet"]


@pytest.mark.parametrize("other", ["outcomes", "layers"])
def test_a_table_of_another_kind_is_refused(runs, tmp_path, other):
    shutil.copy(Path(runs[0], f"{other}.parquet"), Path(runs[0], "curves.parquet"))
    assert re.search(r"curves.parquet (lacks the|has the unknown) column", refused(runs, tmp_path))


SEEDS = {
    "one is missing": [1],
    "one is another's": [1, 3],
    "one is too many": [1, 2, 3],
    "one comes twice": [1, 1, 2],
}


@pytest.mark.parametrize("fault", SEEDS)
@pytest.mark.parametrize("name", SCHEMAS)
def test_a_table_with_other_seeds_than_its_footer_says_is_refused(tmp_path, name, fault):
    folder = tmp_path / "runs/tiny/moons/chain/ones/1-2"
    lay_run(folder, [1, 2], **{name: rows(name, SEEDS[fault])})
    message = refused([str(folder)], tmp_path)
    assert message.startswith(f"{folder}/{name}.parquet ")
    assert any(
        words in message
        for words in ("does not hold its 2 seeds alike", "same row twice", "field_uniqueness")
    )


@pytest.mark.parametrize("name", ["curves", "layers"])
def test_a_seed_with_fewer_rows_than_the_others_is_refused(tmp_path, name):
    folder = tmp_path / "runs/tiny/moons/chain/ones/1-2"
    lay_run(folder, [1, 2], **{name: rows(name, [1, 2]).slice(0, 3)})
    assert "does not hold its 2 seeds alike (2 seeds, 3 rows)" in refused([str(folder)], tmp_path)


def test_a_path_with_an_apostrophe_can_be_copied_into_a_shell(tmp_path):
    folder = lay_run(tmp_path / "it's/runs/tiny/moons/chain/ones/1-1", [1])
    Path(folder, "curves.parquet").write_bytes(b"")
    remove = refused([folder], tmp_path).partition("mend it with: ")[2].split(" && ")[0]
    subprocess.run(remove, shell=True, check=True)
    assert not Path(folder, "curves.parquet").exists()


def test_memory_does_not_grow_with_the_number_of_jobs(tmp_path, monkeypatch):
    seeds = list(range(1, 5001))
    noise = {"value": np.random.default_rng(0).random(2 * len(seeds))}  # cannot be compressed
    table = rows("layers", seeds, **noise)
    folders = [str(tmp_path / f"runs/tiny/moons/chain/i{k}/1-5000") for k in range(60)]
    for folder in folders:
        shards.write(table, Path(folder) / "layers.parquet", {"fingerprint": "f1"})
        shards.write(rows("outcomes", [1]), Path(folder) / "outcomes.parquet", {})
    held, read = [], shards.read

    def watched(path):
        held.append(pa.total_allocated_bytes())
        return read(path)

    monkeypatch.setattr(shards, "read", watched)
    before = pa.total_allocated_bytes()
    expected = {folder: {"fingerprint": "f1"} for folder in folders}
    collect(expected, {"layers": tmp_path / "layers.parquet"}, [*IDENTITY, ""])
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


def test_a_collected_table_is_sealed_and_a_damaged_one_refused(runs, tmp_path):
    collected(runs, tmp_path / "tables/tiny")
    tables, path = Tables(tmp_path / "tables"), tmp_path / "tables/tiny/curves.parquet"
    assert len(tables.curves("tiny"))
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(InitbenchError, match="not as it was written"):
            Tables(tmp_path / "tables").curves("tiny")
