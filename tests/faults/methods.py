"""Bad init methods: files that an author may write, each taken to a trained cell or refused."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from string import Template
from typing import Any, Literal

import yaml

from faults import child, package
from faults.ground import Ground
from faults.texts import remove
from faults.verdict import Case, Verdict, refusal, sentences
from workflow_grid import ROOT, tiny

NAME = "hostile"
SCAFFOLD = (ROOT / "workflow/scaffold/method.py.txt").read_text(encoding="utf-8")
IMPORTS = "\n".join(re.findall(r"^from initbench\S* import .*$", SCAFFOLD, re.MULTILINE))
NAMED = [NAME, "Hostile", "layer", "parameter", "method.log"]  # what a sentence may name
SECONDS = 30.0  # for a cell that takes less than one
SEEDS = range(2_000_000, 2_000_003)

FILE = Template('''"""A method that somebody wrote."""

import math, os, random, sys, threading, time, warnings

import numpy as np
import torch
from torch import nn

from initbench.errors import InitbenchError
$imports

METHOD = Method(
    name="hostile", title="Hostile", formula="W", source="nowhere", applies_to="linear layers",
    note="A note.", use="Never.", paper={"author": "N. N.", "title": "T", "year": "2026"},
)
$before

def layers(model):
    return [layer for _, layer in weight_layers(model)]


def draw(model, streams, std=0.5):
    for name, layer in weight_layers(model):
        nn.init.normal_(layer.weight, std=std, generator=streams.weight(name))
    fill_biases(model, streams, "zero")


@torch.no_grad()
def initialize(model: nn.Module, streams: Streams, *, gain: Positive = 1.0) -> None:
    """Fill the model."""
    $body
''')


@dataclass(frozen=True)
class Method:
    """An init file: what must become of it, and how it differs from a sound one.

    The fields are those of methods.yaml, which says what they mean.
    """

    wanted: Literal["refused", "survived", "either"]
    body: str = "draw(model, streams)"
    then: str = ""
    before: str = ""
    after: str = ""
    swap: tuple[str, str] = ("", "")
    encoding: str = "utf-8"
    given: dict[str, Any] = field(default_factory=dict)
    used: bool = True

    def text(self) -> bytes:
        """Return the bytes of the file."""
        body = f"{self.body}\n{self.then}".replace("\n", "\n    ")
        sound = FILE.substitute(imports=IMPORTS, before=self.before, body=body) + self.after + "\n"
        old, new = self.swap
        if old != "*" and old not in sound:
            raise ValueError(f"The sound file has no {old!r} that could be swapped.")
        return (new if old == "*" else sound.replace(old, new)).encode(self.encoding)


METHODS = {
    name: Method(**entry)
    for name, entry in yaml.safe_load(
        Path(__file__).with_name("methods.yaml").read_text(encoding="utf-8")
    ).items()
}


def cases(ground: Ground) -> Iterator[Case]:
    """Yield the methods in a random order."""
    package.warm_up()
    names = list(METHODS)
    ground.random("methods").shuffle(names)
    for name in names:
        yield Case(name, partial(_attempt, ground, METHODS[name]))


def _attempt(ground: Ground, method: Method) -> Verdict:
    file = ground.project / f"src/initbench/inits/{NAME}.py"
    rule = ground.project / f"workflow/rules/inits/{NAME}.smk"
    log, scratch = ground.folder / "method.log", ground.folder / "method"
    file.write_bytes(method.text())
    rule.write_text(
        (ground.project / "workflow/rules/inits/zeros.smk")
        .read_text(encoding="utf-8")
        .replace("zeros", NAME),
        encoding="utf-8",
    )
    remove(log), remove(scratch)
    scratch.mkdir()
    try:
        ended = child.run(partial(_train, ground.project, method, log, scratch), SECONDS)
    finally:
        remove(file), remove(rule)
    log_text = log.read_text(errors="replace", encoding="utf-8") if log.exists() else ""
    return _verdict(method, ended, log_text, ground.folder)


def _verdict(method: Method, ended: child.Ended, log: str, folder: Path) -> Verdict:
    """Judge how the child ended: its refusal before the job, its log's, or its numbers."""
    if isinstance(ended.answer, child.Refusal):
        found = refusal(ended.answer.message, str(folder), NAMED)
    elif isinstance(ended.answer, Verdict):
        found = ended.answer
    elif ended.status is None:
        return Verdict("wrong", f"no answer in {SECONDS:g} s")
    else:
        found = _told(ended, log, folder)
    if found.outcome == "refused" and method.wanted == "survived":
        return Verdict("wrong", f"harmless, but refused: {found.seen}")
    if found.outcome == "survived" and method.wanted == "refused":
        return Verdict("lost", f"accepted: {found.seen}")
    return found


def _told(ended: child.Ended, log: str, folder: Path) -> Verdict:
    """Judge the end of a job by what stands in its log and on its screen."""
    said = [line for line in sentences(ended.screen + "\n" + log) if line != "lots"]
    if ended.status == 0:
        return Verdict("lost", "ended as if all were well, without a number")
    if len(set(said)) != 1:
        last = ((log or ended.screen).strip().splitlines() or ["nothing was said"])[-1]
        return Verdict("wrong", f"{len(said)} sentences, last line: {last}")
    return refusal(said[0], str(folder), NAMED)


def config_of(method: Method) -> dict[str, Any]:
    """Return a config whose only cell, or no cell, is the hostile method's."""
    config = tiny()
    config["inits"][NAME] = {"method": NAME, **method.given}
    config["protocols"]["sgd"]["epochs"] = 10
    crossing = config["experiments"]["tiny"]["grid"][1]
    crossing["inits"] = [NAME] if method.used else ["orthogonal"]
    config["experiments"]["tiny"]["grid"] = [crossing]
    return config


def _train(project: Path, method: Method, log: Path, scratch: Path) -> Verdict:
    """Take the method the whole way, twice: the second time alone and in another world."""
    config = config_of(method)
    package.check(config, project)
    spec = package.expand(config)[0]
    with package.job(log):
        before = world()
        whole = _tables(spec, scratch, SEEDS)
        changed = [name for name, value in world().items() if value != before[name]]
        _other_world()
        alone = _tables(spec, scratch, SEEDS[1:2])
    return _compared(whole, alone, changed)


def _tables(spec: dict[str, Any], scratch: Path, seeds: range) -> dict[str, Any]:
    """Prepare the data, run the training job and return what it wrote, as frames."""
    import pandas as pd

    prepared = scratch / "moons"
    package.prepare(spec["dataset"], scratch, prepared)
    outputs = {n: scratch / f"{len(seeds)}/{n}.parquet" for n in ("curves", "layers", "outcomes")}
    package.train_job(spec, prepared, seeds, outputs)
    return {name: pd.read_parquet(path) for name, path in outputs.items()}


def world() -> dict[str, Any]:
    """Return the state of this process that a draw must not change."""
    import os

    import numpy as np
    import torch

    return {
        "torch's generator": torch.random.get_rng_state().tolist(),
        "numpy's generator": [str(part) for part in np.random.get_state()],
        "random's generator": random.getstate(),
        "default dtype": torch.get_default_dtype(),
        "gradients": torch.is_grad_enabled(),
        "folder": os.getcwd(),
    }


def _other_world() -> None:
    """Move all global generators and fill the memory that is handed out next."""
    import numpy as np
    import torch

    torch.manual_seed(99), np.random.seed(99), random.seed(99)
    waste = [torch.full((size,), 7.0) for size in (2, 4, 8, 64) for _ in range(500)]
    del waste


def _compared(whole: dict[str, Any], alone: dict[str, Any], changed: list[str]) -> Verdict:
    """Return whether the seed alone got the numbers that it got among others."""
    for name, frame in whole.items():
        expected = frame[frame.seed == SEEDS[1]].reset_index(drop=True)
        if not alone[name].equals(expected):
            return Verdict("lost", f"other {name} in a second run of the same seed")
    if changed:
        return Verdict("lost", f"left changed behind: {', '.join(changed)}")
    outcomes = whole["outcomes"]
    return Verdict("survived", f"{outcomes.status[0]}, loss {outcomes.test_loss[0]:.4f}")
