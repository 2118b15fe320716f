"""The four MNIST files that the project carries, unpacked only if they are the canonical ones."""

import gzip
import hashlib
import zlib
from pathlib import Path

from initbench.errors import InitbenchError
from initbench.io import write_bytes

CARRIED = Path(__file__).resolve().parents[3] / "data" / "mnist"
SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def lay_out(carried: Path, root: Path) -> None:
    """Unpack `carried`/*.gz to `root`/MNIST/raw, as torchvision expects it.

    All four are verified before the first is written; InitbenchError names a bad one.
    """
    contents = {name: _unpacked(carried / f"{name}.gz") for name in SHA256}
    for name, content in contents.items():
        write_bytes(root / "MNIST" / "raw" / name, content)


def _unpacked(path: Path) -> bytes:
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError:
        raise InitbenchError(
            f"{path} is missing; restore the four MNIST files that the project carries."
        ) from None
    except (OSError, EOFError, zlib.error) as error:
        raise InitbenchError(
            f"{path} cannot be unpacked ({error}); restore it from the project's own copy."
        ) from None
    return _canonical(path, path.stem, content)


def _canonical(path: Path, name: str, content: bytes) -> bytes:
    seen = hashlib.sha256(content).hexdigest()
    if seen != SHA256[name]:
        raise InitbenchError(
            f"{path} is not the canonical MNIST file (SHA-256 of its content {seen[:12]}, "
            f"expected {SHA256[name][:12]}); restore it from the project's own copy."
        )
    return content


def verify(raw: Path) -> None:
    """Raise InitbenchError unless the unpacked files in the folder `raw` are the canonical ones."""
    for name in SHA256:
        _canonical(raw / name, name, (raw / name).read_bytes())
