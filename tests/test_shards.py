"""The Parquet files of a job: round trip, damage that is told from data, whole or absent."""

import os
import socket

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from initbench.errors import InitbenchError
from initbench.io import write_bytes
from initbench.tables import shards
from initbench.training.recorder import CURVES, OUTCOMES

FOOTER = {"fingerprint": "f1", "seeds": "7-8", "environment": {"python": "3.11", "cores": 2}}


def curves(rows=40):
    """Return a curves table with numbers that do not repeat."""
    columns = {
        "seed": list(range(rows)),
        "step": [10 * k for k in range(rows)],
        "epoch": [k / 3 for k in range(rows)],
        "split": ["train", "test"] * (rows // 2),
        "loss": [1 / (k + 1) for k in range(rows)],
        "accuracy": [k / rows for k in range(rows)],
    }
    return pa.table(columns, schema=CURVES)


def outcomes(diverged_step):
    """Return an outcomes table with one row for each diverged step, None where a run is done."""
    rows = len(diverged_step)
    columns = {
        "seed": list(range(rows)),
        "status": ["done" if step is None else "diverged" for step in diverged_step],
        "learning_rate": [0.1] * rows,
        "steps": [20] * rows,
        "diverged_step": diverged_step,
        "diverged_layer": [None if step is None else "layers.3" for step in diverged_step],
        "test_loss": [0.25] * rows,
        "test_accuracy": [0.5] * rows,
        "predicted_classes": [2] * rows,
        "predicted_share": [0.75] * rows,
    }
    return pa.table(columns, schema=OUTCOMES)


def both_refuse(path):
    """Return the one message of `read` and `footer` for a file that neither can read."""
    messages = set()
    for attempt in (shards.read, shards.footer):
        with pytest.raises(InitbenchError) as caught:
            attempt(path)
        messages.add(str(caught.value))
    return messages.pop() if len(messages) == 1 else pytest.fail(f"two messages: {messages}")


@pytest.mark.parametrize("table", [curves(), outcomes([None, 4, None]), outcomes([None] * 3)])
def test_a_table_and_its_footer_come_back_as_they_went(tmp_path, table):
    path = tmp_path / "deep" / "down" / "table.parquet"
    shards.write(table, path, FOOTER)
    back = shards.read(path)
    assert back.schema.remove_metadata() == table.schema
    assert back.equals(table)
    assert shards.footer(path) == FOOTER


def test_the_same_table_gives_the_same_bytes(tmp_path):
    for name, footer in (("a", FOOTER), ("b", dict(reversed(FOOTER.items())))):
        shards.write(curves(), tmp_path / name, footer)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_missing_file_is_named(tmp_path):
    path = tmp_path / "curves.parquet"
    assert both_refuse(path) == f"{path} is missing; run snakemake again to make it."


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_truncated_file_is_named_with_the_command_that_mends_it(tmp_path, share):
    path = tmp_path / "curves.parquet"
    shards.write(curves(), path, FOOTER)
    size = int(share * path.stat().st_size)
    os.truncate(path, size)
    message = both_refuse(path)
    assert message.startswith(f"{path} ({size} bytes) is not a whole Parquet file")
    assert message.endswith(f"delete it (rm '{path}') and run snakemake again.")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_bit_flipped_in_the_data_never_passes(tmp_path, data):
    path, table = tmp_path / "curves.parquet", curves()
    shards.write(table, path, FOOTER)
    content = bytearray(path.read_bytes())
    footer = int.from_bytes(content[-8:-4], "little") + 8
    place = data.draw(st.integers(0, len(content) - footer - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(content)
    try:
        same = shards.read(path).equals(table)
    except InitbenchError as error:
        assert str(path) in str(error)  # noqa: PT017
    else:
        assert same


def test_a_footer_that_is_no_json_is_damage(tmp_path):
    path = tmp_path / "curves.parquet"
    pq.write_table(curves().replace_schema_metadata({shards.KEY: b"{half"}), path)
    with pytest.raises(InitbenchError, match="is not a whole Parquet file"):
        shards.footer(path)


def test_a_foreign_parquet_file_has_an_empty_footer(tmp_path):
    path = tmp_path / "curves.parquet"
    pq.write_table(curves(), path)
    assert shards.footer(path) == {}


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_failed_write_leaves_the_old_file_and_no_temporary(tmp_path, monkeypatch, step, old):
    path = tmp_path / "curves.parquet"
    if old is not None:
        path.write_bytes(old)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="No space left on device"):
        shards.write(curves(), path, FOOTER)
    assert [p.read_bytes() for p in tmp_path.iterdir()] == ([] if old is None else [old])


def test_a_file_is_replaced_from_a_whole_temporary_beside_it(tmp_path, monkeypatch):
    path, seen, real = tmp_path / "text.json", [], os.replace
    path.write_text("old", encoding="utf-8")

    def watch(source, target):
        seen.append((source.parent, source.name, source.read_bytes(), target.read_bytes()))
        real(source, target)

    monkeypatch.setattr(os, "replace", watch)
    write_bytes(path, b"new")
    name = f".text.json.{socket.gethostname()}.{os.getpid()}"
    assert seen == [(tmp_path, name, b"new", b"old")]
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
