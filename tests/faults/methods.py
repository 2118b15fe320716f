"""Bad init methods: files that an author may write, each taken to a trained cell or refused."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from string import Template
from typing import Any, Literal

from faults import child
from faults.ground import Ground
from faults.texts import remove
from faults.verdict import Case, Verdict, refusal, sentences
from workflow_grid import tiny

NAME = "hostile"
SECONDS = 30.0  # for a cell that takes less than one
SEEDS = range(2_000_000, 2_000_003)
Wanted = Literal["refused", "survived", "either"]

FILE = Template('''"""A method that somebody wrote."""

import math, os, random, sys, threading, time, warnings

import numpy as np
import torch
from torch import nn

from initbench.errors import InitbenchError
from initbench.inits.common import fans, fill_biases, weight_layers
from initbench.inits.method import Method, Streams
from initbench.values import Bias, Positive

METHOD = Method(
    name="hostile", title="Hostile", formula="W", source="nowhere", applies_to="linear layers",
    note="A note.", use="Never.", paper={"author": "N. N.", "title": "T", "year": "2026"},
)
$before

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

    `whole` is the file itself; `given` goes into the init's entry; an unused one is in no cell.
    """

    wanted: Wanted
    body: str = "draw(model, streams)"
    before: str = ""
    whole: bytes | None = None
    given: tuple[tuple[str, Any], ...] = ()
    used: bool = True

    def text(self) -> bytes:
        """Return the bytes of the file."""
        if self.whole is not None:
            return self.whole
        return FILE.substitute(body=self.body.replace("\n", "\n    "), before=self.before).encode()


def _edited(old: str, new: str) -> bytes:
    """Return the sound file with one edit."""
    sound = Method("survived").text().decode()
    assert old in sound
    return sound.replace(old, new).encode()


SOUND = Method("survived").text()
LOOP = "for _, layer in weight_layers(model): "
METHODS: dict[str, Method] = {
    "sound": Method("survived"),
    # The file itself.
    "syntax error": Method("refused", whole=SOUND + b"def (:\n"),
    "syntax error, unused": Method("refused", whole=SOUND + b"def (:\n", used=False),
    "tabs and spaces": Method("refused", whole=SOUND + b"if 1:\n\tx = 1\n        y = 2\n"),
    "byte order mark": Method("either", whole=b"\xef\xbb\xbf" + SOUND),
    "latin-1": Method("refused", whole=SOUND + "# größe\n".encode("latin-1")),
    "NUL byte": Method("refused", whole=SOUND + b"\0\n"),
    "empty file": Method("refused", whole=b""),
    "no initialize": Method("refused", whole=SOUND.replace(b"def initialize", b"def initialise")),
    "no METHOD": Method("refused", whole=SOUND.replace(b"METHOD = ", b"METHODS = ")),
    "METHOD without a title": Method("refused", whole=_edited('title="Hostile", ', "")),
    "METHOD with an unknown field": Method("refused", whole=_edited('note="A note."', 'nota="A"')),
    "METHOD of another name": Method("either", whole=_edited('name="hostile"', 'name="other"')),
    "METHOD text that is computed": Method("refused", whole=_edited('"A note."', '"A".lower()')),
    "async initialize": Method("refused", whole=_edited("def initialize", "async def initialize")),
    "initialize is a lambda": Method("refused", before="", whole=_edited(
        "@torch.no_grad()\ndef initialize", "initialize = lambda model, streams: None\ndef other")),
    "initialize inside an if": Method("refused", whole=_edited(
        "@torch.no_grad()\ndef initialize", "if True:\n  pass\ndef other")),
    "initialize is deleted": Method("refused", whole=SOUND + b"\ndel initialize\n"),
    "initialize twice": Method("either", whole=SOUND + b"\ndef initialize(model, streams): pass\n"),
    "positional parameter": Method("either", whole=_edited("*, gain", "gain")),
    "no streams": Method("refused", whole=_edited("streams: Streams, *,", "*,")),
    "**settings": Method("refused", whole=_edited("*, gain: Positive = 1.0", "**settings")),
    "parameter without annotation": Method("refused", whole=_edited("gain: Positive", "gain")),
    "unknown annotation": Method("refused", whole=_edited("gain: Positive", "gain: complex")),
    "computed default": Method("refused", whole=_edited("= 1.0", "= math.sqrt(2)")),
    "default outside its kind": Method("refused", whole=_edited("= 1.0", "= -1.0")),
    "default of another type": Method("refused", whole=_edited("= 1.0", '= "lots"')),
    "imports what is missing": Method("refused", before="import no_such_package"),
    "imports a private part": Method("refused", before="from initbench.inits.common import nobody"),
    "relative import": Method("either", before="from .he_normal import initialize as he"),
    "raises when imported": Method("refused", before="raise KeyError('lots')"),
    "exits when imported": Method("refused", before="sys.exit(0)"),
    "sets the default dtype when imported": Method(
        "refused", before="torch.set_default_dtype(torch.float64)"),
    "reseeds torch when imported": Method("refused", before="torch.manual_seed(0)"),
    # What it does not fill.
    "returns at once": Method("refused", "return"),
    "returns at once for one seed": Method("refused", "if streams.seed % 2: return\ndraw(model, streams)"),
    "fills the first layer only": Method(
        "refused", "name, layer = weight_layers(model)[0]\nnn.init.ones_(layer.weight)"),
    "leaves the biases": Method("refused", LOOP + "nn.init.ones_(layer.weight)"),
    "leaves one row": Method("refused", LOOP + "layer.weight[1:] = 1\nfill_biases(model, streams, 'zero')"),
    "NaN in one entry": Method("refused", "draw(model, streams)\n" + LOOP + "layer.weight[0, 0] = math.nan"),
    "infinite": Method("refused", "draw(model, streams, math.inf)"),
    "adds to what is there": Method("refused", LOOP + "layer.weight += 1\nfill_biases(model, streams, 'zero')"),
    "scales what is there": Method("refused", "draw(model, streams)\n" + LOOP + "layer.bias *= 0"),
    "detached copy": Method("refused", LOOP + "nn.init.ones_(layer.weight.clone())"),
    # Global state.
    "draws from torch's generator": Method("refused", "draw(model, streams)\n" + LOOP + "layer.weight += torch.randn(())"),
    "draws from numpy's generator": Method("refused", "draw(model, streams, 0.1 + np.random.rand())"),
    "draws from random": Method("refused", "draw(model, streams, 0.1 + random.random())"),
    "draws and throws away": Method("either", "torch.randn(3)\ndraw(model, streams)"),
    "own unseeded generator": Method("refused", "draw(model, streams, 0.1 + np.random.default_rng().random())"),
    "draws from the clock": Method("refused", "draw(model, streams, 0.1 + time.time() % 1)"),
    "draws from the system": Method("refused", "draw(model, streams, 0.1 + os.urandom(1)[0] / 256)"),
    "draws by id": Method("refused", "draw(model, streams, 0.1 + id(model) % 1009 / 1009)"),
    "remembers the last call": Method(
        "refused", "CALLS.append(1)\ndraw(model, streams, len(CALLS))", before="CALLS = []"),
    "reseeds torch": Method("refused", "torch.manual_seed(0)\ndraw(model, streams)"),
    "reseeds numpy": Method("refused", "np.random.seed(0)\ndraw(model, streams)"),
    "reseeds random": Method("refused", "random.seed(0)\ndraw(model, streams)"),
    "changes the default dtype": Method("refused", "draw(model, streams)\ntorch.set_default_dtype(torch.float64)"),
    "changes the threads": Method("refused", "draw(model, streams)\ntorch.set_num_threads(2)"),
    "turns gradients off": Method("refused", "draw(model, streams)\ntorch._C._set_grad_enabled(False)",
        whole=_edited("@torch.no_grad()\ndef initialize", "def initialize").replace(
            b"    draw(model, streams)\n", b"    torch.set_grad_enabled(False); draw(model, streams)\n")),
    "asks for deterministic algorithms": Method(
        "either", "draw(model, streams)\ntorch.use_deterministic_algorithms(True)"),
    "does not flush denormals": Method("either", "draw(model, streams)\ntorch.set_flush_denormal(False)"),
    "changes the default device": Method("refused", "draw(model, streams)\ntorch.set_default_device('meta')"),
    "changes the folder": Method("refused", "draw(model, streams)\nos.chdir('/')"),
    "changes numpy's errors": Method("either", "draw(model, streams)\nnp.seterr(all='raise')"),
    "ignores all warnings": Method("either", "draw(model, streams)\nwarnings.simplefilter('ignore')"),
    "patches torch": Method("either", "draw(model, streams)\nnn.Linear.forward = lambda self, x: x"),
    # How it ends.
    "raises KeyError": Method("refused", "raise KeyError('lots')"),
    "raises its own sentence": Method("refused", "raise InitbenchError('The hostile init wants no net.')"),
    "raises with newlines": Method("refused", "raise ValueError('a\\nb\\nc')"),
    "raises without words": Method("refused", "raise ValueError"),
    "raises KeyboardInterrupt": Method("refused", "raise KeyboardInterrupt"),
    "fails an assertion": Method("refused", "assert False"),
    "divides by zero": Method("refused", "1 / 0"),
    "recurses for ever": Method("refused", "initialize(model, streams)"),
    "sys.exit(0)": Method("refused", "sys.exit(0)"),
    "sys.exit('lots')": Method("refused", "sys.exit('lots')"),
    "os._exit(0)": Method("refused", "os._exit(0)"),
    "asks for all memory": Method("refused", "torch.empty(10**13)\ndraw(model, streams)"),
    "warns": Method("either", "warnings.warn('lots')\ndraw(model, streams)"),
    "prints": Method("survived", "print('lots')\ndraw(model, streams)"),
    "prints a line of ours": Method("survived", "print('initbench: lots')\ndraw(model, streams)"),
    "starts a thread": Method("either", "threading.Thread(target=time.sleep, args=[60]).start()\ndraw(model, streams)"),
    # The model.
    "returns another model": Method("refused", "draw(model, streams)\nreturn nn.Linear(2, 2)"),
    "returns the model": Method("either", "draw(model, streams)\nreturn model"),
    "wrong shape": Method("refused", LOOP + "layer.weight.data = torch.ones(3, 3)\nfill_biases(model, streams, 'zero')"),
    "transposed data": Method("either", "draw(model, streams)\n" + LOOP + "layer.weight.data = layer.weight.data.T"),
    "float64 data": Method("refused", "draw(model, streams)\n" + LOOP + "layer.weight.data = layer.weight.data.double()"),
    "new parameters": Method("either", LOOP + "layer.weight = nn.Parameter(torch.eye(*layer.weight.shape))\nfill_biases(model, streams, 'zero')"),
    "ties two layers": Method("refused", "draw(model, streams)\nlayers = weight_layers(model)\nlayers[1][1].weight = layers[0][1].weight"),
    "weights share their memory": Method("refused", "draw(model, streams)\nlayers = weight_layers(model)\nlayers[1][1].weight.data = layers[0][1].weight.data"),
    "expanded data": Method("either", LOOP + "layer.weight.data = torch.ones(1, 1).expand(layer.weight.shape)\nfill_biases(model, streams, 'zero')"),
    "freezes a layer": Method("refused", "draw(model, streams)\nweight_layers(model)[0][1].weight.requires_grad_(False)"),
    "removes the biases": Method("refused", "draw(model, streams)\n" + LOOP + "layer.bias = None"),
    "adds a parameter": Method("refused", "draw(model, streams)\nmodel.extra = nn.Parameter(torch.ones(2))"),
    "adds a layer": Method("refused", "draw(model, streams)\nmodel.extra = nn.Linear(2, 2)"),
    "renames a layer": Method("refused", "draw(model, streams)\nmodel.renamed = model.final\ndel model.final"),
    "swaps the activation": Method("refused", "draw(model, streams)\nmodel.activation = nn.ReLU()"),
    "changes the class": Method("refused", "draw(model, streams)\nmodel.__class__ = type('Mine', (type(model),), {})"),
    "patches forward": Method("refused", "draw(model, streams)\nmodel.forward = lambda x: x"),
    "leaves a forward hook": Method("refused", "draw(model, streams)\n" + LOOP + "layer.register_forward_hook(lambda m, i, o: o * 2)"),
    "leaves a gradient hook": Method("refused", "draw(model, streams)\n" + LOOP + "layer.weight.register_hook(lambda g: g * 0)"),
    "weight norm": Method("refused", "draw(model, streams)\n" + LOOP + "nn.utils.parametrizations.weight_norm(layer)"),
    "pruning": Method("refused", "draw(model, streams)\nfrom torch.nn.utils import prune\n" + LOOP + "prune.l1_unstructured(layer, 'weight', 0.5)"),
    "evaluation mode": Method("either", "draw(model, streams)\nmodel.eval()"),
    "half precision": Method("refused", "draw(model, streams)\nmodel.half()"),
    "leaves gradients": Method("either", "draw(model, streams)\n" + LOOP + "layer.weight.grad = torch.ones_like(layer.weight)"),
    "overflows when squared": Method("either", "draw(model, streams, 1e30)"),
    "denormal weights": Method("either", "draw(model, streams, 1e-40)"),
    # What the config gives.
    "unknown parameter": Method("refused", given=(("gian", 1.0),)),
    "bad parameter": Method("refused", given=(("gain", -1.0),)),
}  # fmt: skip


def cases(ground: Ground) -> Iterator[Case]:
    """Yield the methods in a random order."""
    import initbench.datasets
    import initbench.jobs  # noqa: F401
    import pandas as pd  # noqa: F401
    from initbench.training.job import environment

    environment()  # these once, and not in each child

    names = list(METHODS)
    ground.random("methods").shuffle(names)
    for name in names:
        yield Case(name, partial(_attempt, ground, METHODS[name]))


def _attempt(ground: Ground, method: Method) -> Verdict:
    file = ground.project / f"src/initbench/inits/{NAME}.py"
    rule = ground.project / f"workflow/rules/inits/{NAME}.smk"
    log, scratch = ground.folder / "method.log", ground.folder / "method"
    file.write_bytes(method.text())
    rule.write_text((ground.project / "workflow/rules/inits/zeros.smk").read_text().replace("zeros", NAME))
    remove(log), remove(scratch)
    scratch.mkdir()
    try:
        ended = child.run(partial(_train, ground.project, method, log, scratch), SECONDS)
    finally:
        remove(file), remove(rule)
    log_text = log.read_text(errors="replace") if log.exists() else ""
    return _verdict(method, ended, log_text, ground.folder)


def _verdict(method: Method, ended: child.Ended, log: str, folder: Path) -> Verdict:
    """Judge how the child ended: its refusal before the job, its log's, or its numbers."""
    if isinstance(ended.answer, child.Refusal):
        found = refusal(ended.answer.message, str(folder), [NAME, NAME.capitalize()])
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
    return refusal(said[0], str(folder), [NAME, NAME.capitalize()])


def config_of(method: Method) -> dict[str, Any]:
    """Return a config whose only cell, or no cell, is the hostile method's."""
    config = tiny()
    config["inits"][NAME] = {"method": NAME, **dict(method.given)}
    config["protocols"]["sgd"]["epochs"] = 6
    crossing = config["experiments"]["tiny"]["grid"][1]
    crossing["inits"] = [NAME] if method.used else ["orthogonal"]
    config["experiments"]["tiny"]["grid"] = [crossing]
    return config


def _train(project: Path, method: Method, log: Path, scratch: Path) -> Verdict:
    """Take the method the whole way, twice: the second time alone and in another world."""
    from initbench import config as grid
    from initbench.inits import catalogue
    from initbench.jobs import job

    config = config_of(method)
    grid.validate(config, project)
    if hasattr(catalogue, "check_all"):
        catalogue.check_all()
    with job(str(log)):
        cell = next(grid.cells(config))
        spec = grid.cell_spec(config, cell)
        before = world()
        whole = _tables(spec, scratch, SEEDS)
        changed = [name for name, value in world().items() if value != before[name]]
        _other_world()
        alone = _tables(spec, scratch, SEEDS[1:2])
    return _compared(whole, alone, changed)


def _tables(spec: dict[str, Any], scratch: Path, seeds: range) -> dict[str, Any]:
    """Prepare the data, run the training job and return what it wrote, as frames."""
    import pandas as pd
    from initbench import datasets
    from initbench.training.job import run

    prepared = scratch / "moons"
    datasets.prepare(spec["dataset"], scratch, prepared, 0)
    outputs = {n: scratch / f"{len(seeds)}/{n}.parquet" for n in ("curves", "layers", "outcomes")}
    run(spec, prepared, seeds, {"fingerprint": "x"}, outputs)
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
