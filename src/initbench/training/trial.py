"""Try what a cell is made of before anything is trained: data, net, loss and init fit together.

Run as a program, it reads cells as JSON (name: spec) and ends with status 1 and one sentence at
the first that cannot be trained. Nothing is prepared or downloaded; samples are random numbers.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from initbench import architectures, datasets, inits
from initbench.architectures._feedforward import Feedforward
from initbench.datasets import Form
from initbench.discovery import shown
from initbench.errors import InitbenchError
from initbench.training.behaviour import examine
from initbench.training.engine import CALIBRATION
from initbench.training.protocol import Protocol

Spec = Mapping[str, Any]


def check(cells: Mapping[str, Spec]) -> None:
    """Raise InitbenchError, one sentence with its name, at the first cell that cannot be trained.

    `cells` gives the meaning of each by its name experiment/dataset/architecture/init.
    """
    done = set()
    for name, spec in cells.items():
        for attempt, (parts, source) in ATTEMPTS.items():
            key = (attempt, json.dumps([spec.get(part) for part in parts], sort_keys=True))
            if key not in done:
                with _blaming(name, source(spec)):
                    attempt(spec)
                done.add(key)


@contextmanager
def _blaming(cell: str, source: Path) -> Iterator[None]:
    """Turn any error into one sentence that names the cell and, if it is unforeseen, the file."""
    try:
        yield
    except InitbenchError as error:
        raise InitbenchError(f"Cell {cell}: {error}") from error
    except (Exception, SystemExit) as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())[:300].rstrip(".: ")
        raise InitbenchError(
            f"Cell {cell}: {shown(source)} fails before training ({said}); mend it or leave the "
            "cell out."
        ) from error


def _form(spec: Spec) -> Form:
    return _form_of(json.dumps(spec["dataset"]))


@cache
def _form_of(entry: str) -> Form:
    return datasets.form(json.loads(entry))


def _net(spec: Spec) -> Feedforward:
    """Return the net of a cell; the parameters of the last one are kept, whatever they are."""
    return _net_of(json.dumps(spec["architecture"]))


@lru_cache(maxsize=2)
def _net_of(entry: str) -> Feedforward:
    return architectures.build(json.loads(entry))


def _samples(spec: Spec) -> None:
    """Refuse a training set that is smaller than a batch, or leaves nothing to hold out."""
    form, protocol = _form(spec), Protocol.of(spec["protocol"])
    samples = min(form.train, spec.get("train_samples", form.train))
    if protocol.tuning:
        kept = round(samples * (1 - protocol.tuning["held_out"]))
        if not 0 < kept < samples:
            raise InitbenchError(
                f"Tuning holds out {samples - kept} of {samples} training samples; choose a "
                "`held_out` that leaves samples to train on and samples to score."
            )
        samples = kept
    if protocol.batch_size(samples) > samples:
        raise InitbenchError(
            f"A batch has {protocol.batch} samples, but there are only {samples} to train on; "
            "give more samples, a smaller `batch`, or batch: full."
        )


def _runs(spec: Spec) -> None:
    """Refuse a net that does not run on the data, or cannot be trained as torch trains it."""
    examine(_net(spec), _form(spec).sample)


@torch.no_grad()
def _answers(spec: Spec) -> None:
    """Refuse outputs that fit neither the loss nor the labels."""
    form, loss = _form(spec), spec["protocol"].get("loss", "cross_entropy")
    if (loss == "mse") != (form.classes == 0):
        aim = f"{form.classes} classes" if form.classes else "a regression"
        raise InitbenchError(
            f"The data are {aim}, but the loss is {loss}; classes need cross_entropy and "
            "regressions mse."
        )
    shape = tuple(_net(spec).eval()(_inputs(2, form)).shape[1:])
    fits = shape == (form.outputs,) if loss == "mse" else len(shape) == 1
    if not fits or (form.classes and shape[0] < form.classes):
        wanted = f"{form.classes} or more logits" if form.classes else f"{form.outputs} outputs"
        raise InitbenchError(
            f"The net answers each sample with numbers of shape {shape}, but the data need "
            f"{wanted}; change its number of classes or outputs."
        )


def _draws(spec: Spec) -> None:
    """Refuse an init that does not apply to the net."""
    form, init = _form(spec), spec["init"]
    parameters = {name: value for name, value in init.items() if name != "method"}
    inits.initialize(_net(spec).train(), init["method"], parameters, 0, _inputs(CALIBRATION, form))


def _inputs(samples: int, form: Form) -> Tensor:
    return torch.randn(samples, *form.sample, generator=torch.Generator().manual_seed(0))


def _file_of_data(spec: Spec) -> Path:
    return datasets.source_file(spec["dataset"]["source"])


def _file_of_net(spec: Spec) -> Path:
    return architectures.source_file(spec["architecture"]["family"])


def _file_of_init(spec: Spec) -> Path:
    return inits.source_file(spec["init"]["method"])


# What is tried, in this order; the parts of a cell that it depends on, and whose fault it is.
ATTEMPTS: dict[Callable[[Spec], None], tuple[tuple[str, ...], Callable[[Spec], Path]]] = {
    _samples: (("dataset", "protocol", "train_samples"), _file_of_data),
    _runs: (("dataset", "architecture"), _file_of_net),
    _answers: (("dataset", "architecture", "protocol"), _file_of_net),
    _draws: (("dataset", "architecture", "init"), _file_of_init),
}


def main() -> None:
    """Try the cells of the standard input; print the sentence of the first that fails."""
    torch.set_num_threads(1)
    try:
        with redirect_stdout(sys.stderr):  # what authors print is no sentence of ours
            check(json.load(sys.stdin))
    except InitbenchError as error:
        print(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
