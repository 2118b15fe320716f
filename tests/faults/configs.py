"""Bad configurations: every place of a sound one × every bad value, and what no value shows."""

import copy
import reprlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from faults import child, package
from faults.child import alarm
from faults.ground import Ground
from faults.verdict import Case, Verdict, raised
from workflow_grid import MNIST, ROOT, tiny

SECONDS = 5.0  # that a config may take to be read, checked and expanded
Place = tuple[str | int, ...]
Config = dict[str, Any]


def _nested(depth: int) -> list[Any]:
    """Return a list in a list in a list ..."""
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "text": "lots",
    "unicode": "größe",
    "number as text": "1e-3",
    "empty text": "",
    "blank": " ",
    "newline": "moons\n",
    "control": "a\x07b",
    "path": "../../etc",
    "long": "a" * 300,
    "nan": float("nan"),
    "inf": float("inf"),
    "minus inf": float("-inf"),
    "negative": -3,
    "zero": 0,
    "fraction": 2.5,
    "tiny fraction": 1e-320,
    "10**9": 10**9,
    "10**15": 10**15,
    "2**63": 2**63,
    "10**310": 10**310,
    "1e308": 1e308,
    "empty list": [],
    "list": [1, 2],
    "list of text": ["lots"],
    "list of null": [None],
    "twins": ["moons", "moons"],
    "empty mapping": {},
    "mapping": {"lots": 1},
    "nested": _nested(50),
    "nested deep": _nested(300),
}
TEXTS = {"text", "unicode", "number as text", "path"}
NUMBERS = {"negative", "zero", "fraction", "tiny fraction", "10**9", "10**15", "2**63", "1e308"}
SIZES = {"zero", "fraction", "tiny fraction"}  # a number that may be meant
# What is harmless where: the end of a place, and the values that may be accepted there.
# Everything else must be refused; whatever is accepted must be read and expanded in time.
HARMLESS: dict[str, set[str]] = {
    "results": TEXTS,
    "reports": TEXTS,
    "data_folder": {*TEXTS, "blank", "control", "newline"},
    "signal.widths": {"list"},
    "seed_base": {"zero", "10**9", "10**15"},
    "noise": SIZES | {"10**9", "10**15", "1e308", "2**63"},
    "learning_rate": {"fraction", "tiny fraction", "10**9", "10**15", "1e308", "2**63"},
    "learning_rate.0": {"fraction", "tiny fraction", "10**9", "10**15", "1e308", "2**63"},
    "learning_rate.1": {"fraction", "tiny fraction", "10**9", "10**15", "1e308", "2**63"},
    "momentum": {"zero", "tiny fraction"},
    "tuning": {"null"},
    "held_out": {"tiny fraction"},
    "batch": {"10**9", "10**15"},
    "epochs": {"zero"},
    "kick.std": {"zero", "fraction", "tiny fraction", "10**9", "10**15", "1e308", "2**63"},
    "value": NUMBERS,
    "narrow.std": NUMBERS - {"negative", "zero"},
    "evaluate": {"empty mapping"},
    "record": {"empty mapping"},
    "also": {"empty mapping"},
    "by_bed": {"empty mapping"},
    "reduce.seeds": {"empty mapping"},
    "reduce.epochs": {"empty mapping"},
    "reduce.draws": {"empty mapping"},
    "reduce.seeds.tanh_chain": {"10**9", "10**15", "2**63"},
    "reduce.epochs.tanh_chain": {"zero", "10**9", "10**15", "2**63"},
    "reduce.draws.propagation": {"10**9", "10**15", "2**63"},
    "train_samples": {"10**9", "10**15", "2**63"},
    "evaluate.train": {"list"},
    "evaluate.test": {"list"},
    "evaluate.test.0": SIZES,
    "evaluate.test.1": SIZES,
    "record.gradients": {"list"},
    "record.states": {"list"},
    "record.spectra": {"list"},
    "evaluate.running": {"list"},
    "tuned.learning_rate": {"list"},
    "without": {"empty list"},
    "mean": SIZES - {"fraction"},
    "mnist.std": {"tiny fraction"},
    "part.std": {"tiny fraction"},
    "purpose": set(),
}
BAD_NAMES = ("a/b", "..", ".", ".hidden", "-n", "a b", "a\n", "\n", "", "größe", "x" * 300, "a:b",
             "{x}", "<x>", "a\\b", "*", "~", "$HOME", "a\x00b", 7, None, True, 1.5)  # fmt: skip


def sound() -> Config:
    """Return a sound config with every key that a config may have."""
    config = tiny()
    config["datasets"] |= {
        "mnist": dict(MNIST),
        "part": {"source": "mnist_subset", "train": 500, "test": 200, "mean": 0.13, "std": 0.3},
        "recall": {"source": "delayed_recall", "steps": 5, "classes": 4, "train": 64, "test": 32},
    }
    config["architectures"]["relu"] = {
        "family": "mlp", "inputs": 2, "width": 4, "depth": 2, "activation": "relu",
    }  # fmt: skip
    config["inits"] |= {
        "flat": {"method": "constant", "value": 0.1},
        "narrow": {"method": "normal", "std": 0.01},
    }
    config["protocols"] |= {
        "tuned": {
            "epochs": 2, "learning_rate": [0.1, 0.01], "tuning": {"seeds": 1, "held_out": 0.2},
        },
        "kicked": {
            "epochs": 4, "learning_rate": 0.1, "momentum": 0.9, "batch": 16,
            "loss": "cross_entropy", "evaluate": {"test": [0, 1]},
            "kick": {"after_epoch": 1, "std": 0.1},
        },
    }  # fmt: skip
    config["experiments"]["tiny"]["grid"][0]["also"] = {"evaluate": {"running": "each"}}
    config["experiments"]["second"] = {
        "bed": "tanh_chain", "protocol": "kicked",
        "grid": [{"datasets": ["moons"], "architectures": ["relu"], "inits": ["flat"],
                  "seeds": 2, "block": 1}],
    }  # fmt: skip
    config["probes"] = {
        "signal": {"bed": "propagation", "measure": "propagation", "inits": ["narrow"], "draws": 2,
                   "activations": ["tanh"], "widths": [2, 4], "depth": 3},
    }  # fmt: skip
    config["matrices"] = {
        "gaussian_2": {"bed": "matrices", "kind": "gaussian", "size": 2, "draws": 10, "steps": 300}
    }
    config["without"] = ["second"]
    config["reduce"] = {
        "seeds": {"tanh_chain": 2}, "epochs": {"tanh_chain": 1}, "train_samples": 100,
        "draws": {"propagation": 1},
    }  # fmt: skip
    return config


def places(node: Any, at: Place = ()) -> Iterator[Place]:
    """Yield every place below `node`, inner ones and leaves."""
    entries = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in entries:
        yield (*at, key)
        yield from places(value, (*at, key))


def inner(config: Any, place: Place) -> Any:
    """Return what stands at a place."""
    for key in place:
        config = config[key]
    return config


def put(place: Place, value: Any, config: Config) -> None:
    """Set the value at a place of `config`."""
    inner(config, place[:-1])[place[-1]] = copy.copy(value)


def drop(place: Place, config: Config) -> None:
    """Remove what stands at a place of `config`."""
    del inner(config, place[:-1])[place[-1]]


def misspell(place: Place, config: Config) -> None:
    """Misspell the last key of a place."""
    holder = inner(config, place[:-1])
    holder[f"{place[-1]}e"] = holder.pop(place[-1])


def repeat(place: Place, config: Config) -> None:
    """Append an item of a list to the list once more."""
    holder = inner(config, place[:-1])
    holder.append(copy.deepcopy(holder[place[-1]]))


def rename(section: str, name: Any, config: Config) -> None:
    """Give the first entry of a section another name besides its own."""
    config[section][name] = copy.deepcopy(next(iter(config[section].values())))


SECTIONS = ("datasets", "architectures", "inits", "protocols", "experiments", "probes", "matrices")
# Keys that an entry can do without.
OPTIONAL = {
    *(
        "probes",
        "matrices",
        "without",
        "reduce",
        "optimizer",
        "momentum",
        "tuning",
        "loss",
        "batch",
    ),
    *(
        "evaluate",
        "record",
        "kick",
        "also",
        "activation",
        "depth",
        "width",
        "tanh_chain",
        "propagation",
        "second",
    ),
    *("train", "test", "running", "gradients", "spectra", "states", "part", "recall", "mnist"),
    *("signal", "gaussian_2", "tuned"),
}
Edit = Callable[[Config], None]


def systematic() -> Iterator[tuple[str, Edit, bool, list[str]]]:
    """Yield the edits that the sound config itself suggests.

    Each is a name, the edit, whether it may be accepted, and the words of which a refusal must
    hold one.
    """
    config = sound()
    for place in places(config):
        path = ".".join(map(str, place))
        words = [part for part in place if isinstance(part, str)]
        for name, value in VALUES.items():
            edit, shown = (
                partial(put, place, value),
                [reprlib.repr(value)[:8], *([value[:1]] if isinstance(value, str) else [])],
            )
            yield f"{path} = {name}", edit, _harmless(path, name), [*shown, *words]
        if isinstance(place[-1], str):
            edit, gone = partial(drop, place), place[-1] in OPTIONAL
            yield f"without {path}", edit, gone, [*words, "reduce", "without"]
            yield f"{path} misspelt", partial(misspell, place), _free(place), words
        else:
            yield (
                f"{path} twice",
                partial(repeat, place),
                "evaluate" in place,
                _words(config, place),
            )
    for section in SECTIONS:
        for bad in BAD_NAMES:
            yield (
                f"{section} named {bad!r}",
                partial(rename, section, bad),
                False,
                [repr(bad), str(bad).strip() or section, section],
            )


def _words(config: Config, place: Place) -> list[str]:
    """Return what a sentence about a list's item may name."""
    value = inner(config, place)
    return [*map(str, place), str(value), "twice", "unique"]


def _free(place: Place) -> bool:
    """Tell whether a place's last key is a name of the user's that nobody refers to."""
    return len(place) == 2 and place[0] in SECTIONS and place[-1] in {*OPTIONAL, "tiny"}


def _harmless(path: str, value: str) -> bool:
    """Tell whether a value may be accepted at a place, by the longest end of it in the table."""
    parts = path.split(".")
    ends = [".".join(parts[k:]) for k in range(len(parts))]
    found = next((HARMLESS[end] for end in ends if end in HARMLESS), set())
    return value in found


def _attempt(edit: Edit, accepted: bool, words: list[str], folder: Path) -> Verdict:
    """Check an edited config here, which costs no child; expand in a child what is accepted."""
    config = sound()
    edit(config)
    try:
        with alarm(SECONDS):
            package.validate(config, ROOT)
    except Exception as error:
        return raised(error, folder, words)
    if not accepted:
        return Verdict("lost", "accepted")
    return child.judged(lambda: _expanded(config), SECONDS, folder)


def _expanded(config: Config) -> Verdict:
    return Verdict("survived", f"{len(package.expand(config))} jobs")


def cases(ground: Ground) -> Iterator[Case]:
    """Yield all edits in a random order."""
    found = list(systematic())
    ground.random("configs").shuffle(found)
    for name, edit, accepted, words in found:
        yield Case(name, partial(_attempt, edit, accepted, words, ground.folder))
