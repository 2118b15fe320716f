"""Image sets: whole, loaded alike, and refused when damaged, with errors that leave nothing."""

import gzip
import hashlib
import json
import os
import pickle
import shutil
import socket
import struct
import time
import urllib.error
from http.client import IncompleteRead
from pathlib import Path

import numpy as np
import pytest
from numpy.random import RandomState

from initbench import datasets
from initbench.datasets import _mnist_files
from initbench.datasets import torchvision as torchvision_images
from initbench.errors import InitbenchError
from initbench.io import write_bytes, write_text

DATA = Path(__file__).parents[1] / "data"
SEED = 2_000_000
MNIST = {"source": "torchvision", "name": "MNIST", "mean": 0.1307, "std": 0.3081}
FASHION = {"source": "torchvision", "name": "FashionMNIST", "mean": 0.2860, "std": 0.3530}


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared") / "mnist"
    datasets.prepare(MNIST, DATA, folder)
    return folder


@pytest.fixture
def no_download(monkeypatch):
    import torchvision

    def refuse(self):
        raise RuntimeError("Error downloading x:\nTried y")

    monkeypatch.setattr(torchvision.datasets.MNIST, "download", refuse)


# MNIST


def test_mnist_is_whole(mnist):
    manifest = json.loads((mnist / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["samples"] == {"train": 60_000, "test": 10_000}
    assert manifest["shape"] == [1, 28, 28]
    assert manifest["classes"] == 10
    assert max(manifest["class_shares"]["test"]) == manifest["class_shares"]["test"][1] == 0.1135
    assert _mnist_files.SHA256.items() <= manifest["sha256"].items()
    assert {file.name for file in mnist.iterdir()} == {
        *("train_x.npy", "train_y.npy", "test_x.npy", "test_y.npy", "manifest.json")
    }


def test_mnist_loads_normalised_and_fast(mnist):
    split = datasets.load(MNIST, mnist, [SEED])  # warms the file cache
    start = time.process_time()
    split = datasets.load(MNIST, mnist, [SEED, SEED + 1])
    assert time.process_time() - start < 1
    assert split.train_x.shape == (1, 60_000, 1, 28, 28)
    assert split.test_x.shape == (1, 10_000, 1, 28, 28)
    assert split.train_y.shape == (1, 60_000)
    assert split.test_y.shape == (1, 10_000)
    assert split.train_x.dtype == np.float32
    assert split.train_y.dtype == np.int64
    mean, std = split.train_x.mean(dtype=np.float64), split.train_x.std(dtype=np.float64)
    assert mean * 0.3081 + 0.1307 == pytest.approx(0.13066, abs=1e-5)
    assert std * 0.3081 == pytest.approx(0.30811, abs=1e-5)


def test_normalisation_has_torchvisions_bits(mnist):
    from torchvision import transforms

    pixels = torchvision_images.stored(mnist, "test_x")[:20]
    steps = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
    expected = np.stack([steps(np.array(image[0])).numpy() for image in pixels])
    assert np.array_equal(torchvision_images.normalised(pixels, 0.1307, 0.3081), expected)


def test_normalisation_by_channel():
    pixels = np.full((2, 3, 4, 4), 255, dtype=np.uint8)
    x = torchvision_images.normalised(pixels, [0.0, 0.5, 1.0], [1.0, 0.5, 0.25])
    assert np.array_equal(x[0, :, 0, 0], [1.0, 1.0, 0.0])


@pytest.mark.parametrize("damage", ["missing", "truncated", "garbage", "changed"])
def test_bad_carried_file_is_named_and_nothing_is_written(tmp_path, damage):
    data, out = tmp_path / "data", tmp_path / "out"
    shutil.copytree(DATA / "mnist", data / "mnist")
    bad = data / "mnist" / "t10k-labels-idx1-ubyte.gz"
    content = bad.read_bytes()
    bad.unlink()
    if damage != "missing":
        changed = gzip.compress(gzip.decompress(content)[:-1] + b"\x07\x07")
        replacement = {"truncated": content[:2000], "garbage": b"no gzip", "changed": changed}
        bad.write_bytes(replacement[damage])
    with pytest.raises(InitbenchError, match=r"t10k-labels-idx1-ubyte\.gz .*restore"):
        datasets.prepare(MNIST, data, out)
    assert list(out.iterdir()) == []


def test_mnist_in_torchvisions_layout_is_used_and_verified(tmp_path, no_download, mnist):
    data = tmp_path / "data"
    _mnist_files.lay_out(DATA / "mnist", data)
    manifest = datasets.prepare(MNIST, data, tmp_path / "mnist")
    assert "data folder" in manifest["note"]
    same = tmp_path / "mnist" / "test_x.npy"
    assert same.read_bytes() == (mnist / "test_x.npy").read_bytes()
    labels = data / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    labels.write_bytes(labels.read_bytes()[:-1] + b"\x00")
    with pytest.raises(InitbenchError, match=r"t10k-labels-idx1-ubyte is not the canonical"):
        datasets.prepare(MNIST, data, tmp_path / "again")


@pytest.mark.parametrize("name", ["train_x.npy", "test_y.npy"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "changed"])
def test_damaged_prepared_array_is_refused(tmp_path, mnist, name, damage):
    folder = tmp_path / "mnist"
    folder.mkdir()
    for file in mnist.iterdir():
        os.link(file, folder / file.name)
    content = (folder / name).read_bytes()
    (folder / name).unlink()
    if damage != "missing":
        bad = content[:-10] if damage == "truncated" else content[:-1] + b"\xff"
        (folder / name).write_bytes(bad)
    with pytest.raises(InitbenchError, match=rf"{name} does not match its manifest"):
        datasets.load(MNIST, folder, [SEED])


@pytest.mark.parametrize(
    ("text", "word"),
    [(None, "holds no"), ("{", "not valid JSON"), ("[]", "no checksums"), ("{}", "no checksums")],
)
def test_missing_or_broken_manifest_is_refused(tmp_path, text, word):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(InitbenchError, match=word):
        datasets.load(MNIST, tmp_path, [SEED])


# Other image sets


def idx(array):
    """Return an array of bytes in the IDX format: magic number, sizes, content."""
    return struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape) + array.tobytes()


def lay_out_fake(root, name="FashionMNIST", train=30, test=20):
    stream, raw = RandomState(0), root / name / "raw"
    raw.mkdir(parents=True)
    kept = {}
    for prefix, count in (("train", train), ("t10k", test)):
        kept[prefix] = stream.randint(0, 256, (count, 28, 28)).astype(np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        (raw / f"{prefix}-images-idx3-ubyte").write_bytes(idx(kept[prefix]))
        (raw / f"{prefix}-labels-idx1-ubyte").write_bytes(idx(labels))
    return kept


def test_image_set_in_the_data_folder_needs_no_download(tmp_path, no_download):
    kept = lay_out_fake(tmp_path / "data")
    manifest = datasets.prepare(FASHION, tmp_path / "data", tmp_path / "fashion")
    assert manifest["samples"] == {"train": 30, "test": 20}
    assert manifest["class_shares"]["test"] == [0.1] * 10
    split = datasets.load(FASHION, tmp_path / "fashion", [SEED])
    pixels = np.rint((split.test_x[0, :, 0] * 0.3530 + 0.2860) * 255)
    assert np.array_equal(pixels, kept["t10k"])


def test_damaged_image_set_is_refused(tmp_path, no_download):
    lay_out_fake(tmp_path / "data")
    images = tmp_path / "data" / "FashionMNIST" / "raw" / "t10k-images-idx3-ubyte"
    images.write_bytes(images.read_bytes()[:-5])
    with pytest.raises(InitbenchError, match=r"FashionMNIST below .* is damaged"):
        datasets.prepare(FASHION, tmp_path / "data", tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t10k-labels-idx1-ubyte", np.full(20, 255, np.uint8), "The test labels of .* reach 255"),
        ("train-labels-idx1-ubyte", np.full(30, 10, np.uint8), "The train labels of .* reach 10"),
        (
            "t10k-images-idx3-ubyte",
            np.zeros((20, 14, 28), np.uint8),
            "The test images of .* have the shape 1 x 14 x 28, but it has 1 x 28 x 28",
        ),
    ],
)
def test_whole_files_of_another_set_are_refused(tmp_path, no_download, name, content, words):
    lay_out_fake(tmp_path / "data")
    (tmp_path / "data" / "FashionMNIST" / "raw" / name).write_bytes(idx(content))
    with pytest.raises(InitbenchError, match=words):
        datasets.prepare(FASHION, tmp_path / "data", tmp_path / "out")


def pack(path):
    """Leave of a file only its packed form."""
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()


IMAGES, LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
DAMAGE = {
    "truncated": (IMAGES, lambda p: os.truncate(p, 100), "has 100 bytes, 15696 by its header"),
    "too long": (LABELS, lambda p: p.write_bytes(p.read_bytes() + b"x"), "29 bytes, 28 by its"),
    "empty": (LABELS, lambda p: os.truncate(p, 0), "has 0 bytes, no header of such a file"),
    "cut in its header": (IMAGES, lambda p: os.truncate(p, 15), "no header of such a file"),
    "another kind": (LABELS, lambda p: shutil.copy(p.with_name(IMAGES), p), "no header of such"),
    "a page instead": (IMAGES, lambda p: p.write_bytes(b"<html>" * 99), "no header of such a file"),
    "fewer labels": (
        LABELS,
        lambda p: p.write_bytes(idx(np.zeros(15, np.uint8))),
        f"has 20 images, but {LABELS} 15 labels",
    ),
    "missing": (LABELS, Path.unlink, "is missing beside other files of FashionMNIST; put it there"),
    "packed": (LABELS, pack, "is still packed; unpack it: gunzip -k '"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_wrong_with_an_image_set_is_said(tmp_path, no_download, damage):
    lay_out_fake(tmp_path / "data")
    name, spoil, expected = DAMAGE[damage]
    path = tmp_path / "data" / "FashionMNIST" / "raw" / name
    spoil(path)
    with pytest.raises(InitbenchError) as caught:
        datasets.prepare(FASHION, tmp_path / "data", tmp_path / "out")
    message = str(caught.value)
    assert expected in message
    assert str(path.parent) in message
    assert name in message
    assert "download" not in message or damage == "missing"
    assert not list((tmp_path / "out").iterdir())


def test_a_wholly_packed_set_is_not_downloaded_again(tmp_path, no_download):
    lay_out_fake(tmp_path / "data")
    for path in (tmp_path / "data/FashionMNIST/raw").iterdir():
        pack(path)
    with pytest.raises(InitbenchError, match="is still packed; unpack it"):
        datasets.prepare(FASHION, tmp_path / "data", tmp_path / "out")


@pytest.fixture
def cifar(tmp_path, monkeypatch):
    """Return the folder of a small CIFAR10, whose checksums torchvision is made to expect."""
    from torchvision.datasets import CIFAR10

    folder = tmp_path / "data" / CIFAR10.base_folder
    folder.mkdir(parents=True)
    sums = {}
    for name in ("one", "two", "test", "meta"):
        data = np.full((5, 3072), len(sums), np.uint8)
        batch = {"data": data, "labels": [0, 1, 2, 3, 4], "label_names": list("abcde")}
        (folder / name).write_bytes(pickle.dumps(batch))
        sums[name] = hashlib.md5((folder / name).read_bytes()).hexdigest()
    monkeypatch.setattr(CIFAR10, "train_list", [[name, sums[name]] for name in ("one", "two")])
    monkeypatch.setattr(CIFAR10, "test_list", [["test", sums["test"]]])
    meta = {"filename": "meta", "key": "label_names", "md5": sums["meta"]}
    monkeypatch.setattr(CIFAR10, "meta", meta)
    monkeypatch.setattr(CIFAR10, "download", lambda self: pytest.fail("downloads"))
    return folder


CIFAR = {"source": "torchvision", "name": "CIFAR10", "mean": 0.5, "std": 0.25}


def test_a_coloured_set_in_the_data_folder_is_used(cifar, tmp_path):
    manifest = datasets.prepare(CIFAR, tmp_path / "data", tmp_path / "out")
    assert manifest["samples"] == {"train": 10, "test": 5}
    assert manifest["shape"] == [3, 32, 32]


@pytest.mark.parametrize("name", ["two", "test", "meta"])
@pytest.mark.parametrize("damage", ["truncated", "changed", "missing"])
def test_a_damaged_coloured_set_is_named_by_file_and_checksum(cifar, tmp_path, name, damage):
    content = (cifar / name).read_bytes()
    changed = {"truncated": content[:-9], "changed": content[:-1] + b"!"}
    if damage == "missing":
        (cifar / name).unlink()
    else:
        (cifar / name).write_bytes(changed[damage])
    with pytest.raises(InitbenchError) as caught:
        datasets.prepare(CIFAR, tmp_path / "data", tmp_path / "out")
    message = str(caught.value)
    assert str(cifar / name) in message
    expected = hashlib.md5(content).hexdigest()
    assert (damage == "missing") != (f", not {expected}; replace the file." in message)


def test_a_packed_coloured_set_says_how_to_unpack_it(cifar, tmp_path):
    shutil.rmtree(cifar)
    (cifar.parent / "cifar-10-python.tar.gz").write_bytes(b"")
    with pytest.raises(InitbenchError, match=r"unpack it: tar -xzf '.*/cifar-10-python\.tar\.gz'"):
        datasets.prepare(CIFAR, tmp_path / "data", tmp_path / "out")


@pytest.mark.parametrize("folder", ["FashionMNIST", "FashionMNIST/raw"])
def test_an_empty_folder_is_no_set(tmp_path, no_download, folder):
    (tmp_path / "data" / folder).mkdir(parents=True)
    with pytest.raises(InitbenchError, match="could not be downloaded"):
        datasets.prepare(FASHION, tmp_path / "data", tmp_path / "out")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Dataset not found in the cache"),
        urllib.error.URLError("no route"),
        TimeoutError("timed out"),
        ConnectionResetError(104, "reset"),
        IncompleteRead(b""),
    ],
)
def test_no_network_is_one_sentence_and_no_server_is_waited_for_long(tmp_path, monkeypatch, error):
    from torchvision.datasets import FashionMNIST

    limits = []

    def download(self):
        limits.append(socket.getdefaulttimeout())
        raise error

    monkeypatch.setattr(FashionMNIST, "download", download)
    before = socket.getdefaulttimeout()
    with pytest.raises(InitbenchError, match="could not be downloaded") as caught:
        datasets.prepare(FASHION, tmp_path, tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert limits == [torchvision_images.PATIENCE]
    assert socket.getdefaulttimeout() == before


def test_neither_found_nor_downloaded_is_one_sentence(tmp_path, no_download):
    with pytest.raises(InitbenchError, match="could not be downloaded") as caught:
        datasets.prepare(FASHION, tmp_path, tmp_path / "out")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "out").iterdir()) == []


def test_channels_come_first():
    colour = np.zeros((5, 32, 30, 3), dtype=np.uint8)
    assert torchvision_images._channels_first(colour).shape == (5, 3, 32, 30)


# Files


def test_files_are_whole_or_absent(tmp_path):
    path = tmp_path / "new" / "file.txt"
    write_text(path, "é\n")
    assert path.read_bytes() == b"\xc3\xa9\n"
    with pytest.raises(TypeError):
        write_bytes(path, "text is not bytes")
    assert path.read_bytes() == b"\xc3\xa9\n"
    assert list(path.parent.iterdir()) == [path]
