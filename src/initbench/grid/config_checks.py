"""What config.yaml may not say, beyond its schema: names that mean nothing, and what cannot fit."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from initbench import architectures, datasets, inits, probes
from initbench.errors import InitbenchError, unknown
from initbench.grid import yaml_files
from initbench.matrices import ensembles
from initbench.training.protocol import FIRST_TUNING_SEED, Protocol, extended, shorten

Config = Mapping[str, Any]
Keys = tuple[str | int, ...]
RULES = Path("workflow/rules/inits")

MOST_JOBS = 1_000_000  # docs/scale.md: planning a tenth of them takes minutes
NAMED = ("datasets", "architectures", "inits", "protocols", "experiments", "probes", "matrices")
# What claims and figures need besides experiments; tables of the first three stand beside theirs.
SPECIAL = ("checks", "replay", "matrices", "probes")
DEVICES = {"con", "prn", "aux", "nul", *(f"{d}{k}" for d in ("com", "lpt") for k in range(1, 10))}


class Misplaced(InitbenchError):
    """A mistake in the configuration, and the keys that lead to it."""

    def __init__(self, words: str, keys: Sequence[str | int]) -> None:
        """Keep both."""
        super().__init__(words)
        self.keys = tuple(keys)


@contextmanager
def at(*keys: str | int) -> Iterator[None]:
    """Say that what is refused within stands at `keys`, unless it is placed already."""
    try:
        yield
    except Misplaced:
        raise
    except InitbenchError as error:
        raise Misplaced(str(error), keys) from None


def placed(
    error: Misplaced, files: Sequence[Path], command_line: Collection[str]
) -> InitbenchError:
    """Return the error with the file, line and column; of `files`, a later one is laid over."""
    name = ".".join(repr(str(key))[1:-1][:60] for key in error.keys) or "the top level"
    if error.keys and error.keys[0] in command_line:
        return InitbenchError(f"In --config at {name}: {error}")
    for file in reversed(files):
        place = yaml_files.line_and_column(file, error.keys) if file.exists() else None
        if error.keys and place:
            return InitbenchError(f"In {file}, {place}, at {name}: {error}")
    return InitbenchError(f"In config.yaml at {name}: {error}")


def check(config: Config, root: Path) -> None:
    """Raise Misplaced at the first thing in `config`, which satisfies its schema, that is wrong."""
    for section in NAMED:
        _check_names(section, config.get(section, {}))
    for section in ("experiments", "probes"):
        _check_free(section, config)
    _check_entries(config, root)
    _check_size(config)
    for name, experiment in config["experiments"].items():
        _check_experiment(config, name, experiment)
    _check_measurements(config)
    _check_beds(config)
    _check_reduced(config)
    _check_left_out(config)


def _check_names(section: str, names: Mapping[str, Any]) -> None:
    """Refuse names that are no name of a file everywhere, or that are equal but for their case."""
    first: dict[str, str] = {}
    for name in names:
        with at(section, name):
            if name.split(".")[0].lower() in DEVICES:
                raise InitbenchError(f"'{name}' is no name of a file on Windows; choose another.")
            twin = first.setdefault(name.lower(), name)
            if twin != name:
                raise InitbenchError(
                    f"'{twin}' and '{name}' are one name where case does not count; rename one."
                )


def _check_free(section: str, config: Config) -> None:
    """Refuse an experiment or probe that is called like something else that has tables."""
    other = config["experiments"] if section == "probes" else {}
    taken = {name.lower() for name in (*SPECIAL, *other)}
    for name in config.get(section, {}):
        with at(section, name):
            if name.lower() in taken:
                raise InitbenchError(
                    f"'{name}' already names other tables; choose another name for this entry."
                )


def _check_entries(config: Config, root: Path) -> None:
    for name, spec in config["datasets"].items():
        with at("datasets", name):
            datasets.check_spec(spec)
    for name, spec in config["architectures"].items():
        with at("architectures", name):
            architectures.check(spec)
    for name, spec in config["inits"].items():
        parameters = {key: value for key, value in spec.items() if key != "method"}
        with at("inits", name):
            inits.check(spec["method"], parameters)
            _check_rule(name, spec["method"], root)
    for name, spec in config["protocols"].items():
        with at("protocols", name):
            Protocol.of(spec).check_moments()


def rule_file(method: str, root: Path) -> Path:
    """Return the file with the rule of an init method: beside it if it is the user's own."""
    folder = inits.source_file(method).parent if inits.is_own(method) else root / RULES
    return folder / f"{method}.smk"


def _check_rule(name: str, method: str, root: Path) -> None:
    if not rule_file(method, root).exists():
        raise InitbenchError(
            f"The init '{name}' uses the method '{method}', which has no rule; "
            f"add {RULES / method}.smk (see workflow/scaffold)."
        )


def _check_size(config: Config) -> None:
    """Refuse a grid of so many jobs that even its planning would not end."""
    jobs = 0
    for name, experiment in config["experiments"].items():
        for crossing in experiment["grid"]:
            names = prod(len(crossing[kind]) for kind in ("datasets", "architectures", "inits"))
            jobs += names * -(-crossing["seeds"] // crossing["block"])
        with at("experiments", name):
            if jobs > MOST_JOBS:
                raise InitbenchError(
                    f"With this experiment the grid has {jobs} jobs, but {MOST_JOBS} is the most; "
                    "take fewer seeds or larger blocks."
                )


def _check_experiment(config: Config, name: str, experiment: Mapping[str, Any]) -> None:
    if experiment["protocol"] not in config["protocols"]:
        with at("experiments", name, "protocol"):
            raise unknown(
                f"protocol of experiment '{name}':", experiment["protocol"], config["protocols"]
            )
    for k, crossing in enumerate(experiment["grid"]):
        with at("experiments", name, "grid", k):
            _check_crossing(config, name, crossing)
            _check_training(config, experiment, crossing)
            if name not in config.get("without", []):
                _check_shortened(config, experiment, crossing)
    with at("experiments", name):
        _check_once(name, experiment["grid"])


def _check_crossing(config: Config, name: str, crossing: Mapping[str, Any]) -> None:
    for kind in ("datasets", "architectures", "inits"):
        for entry in crossing[kind]:
            if entry not in config[kind]:
                raise unknown(f"name in {kind} of experiment '{name}':", entry, config[kind])
    seeds, block = crossing["seeds"], crossing["block"]
    if seeds % block:
        raise InitbenchError(
            f"Experiment '{name}' has {seeds} seeds in blocks of {block}; make `seeds` a multiple "
            f"of `block`, for instance {(seeds // block + 1) * block}."
        )
    _check_seeds(config, seeds)


def _check_training(
    config: Config, experiment: Mapping[str, Any], crossing: Mapping[str, Any]
) -> None:
    """Refuse a recipe that the crossing's wishes or its data make impossible."""
    protocol = Protocol.of(extended(config["protocols"][experiment["protocol"]], crossing))
    protocol.check_moments()
    for entry in crossing["datasets"]:
        protocol.check_samples(datasets.train_samples(config["datasets"][entry]))


def _check_shortened(
    config: Config, experiment: Mapping[str, Any], crossing: Mapping[str, Any]
) -> None:
    """Refuse a recipe that the preview cuts too short, or whose samples it makes too few."""
    reduce = config.get("reduce", {})
    spec = extended(config["protocols"][experiment["protocol"]], crossing)
    epochs = reduce.get("epochs", {}).get(experiment["bed"], spec["epochs"])
    protocol = Protocol.of(shorten(spec, epochs))
    if samples := reduce.get("train_samples"):
        for entry in crossing["datasets"]:
            whole = datasets.train_samples(config["datasets"][entry])
            protocol.check_held_out(min(whole, samples))


def _check_seeds(config: Config, count: int) -> None:
    """Refuse seeds that reach those on which learning rates are tuned."""
    end = config["seed_base"] + count
    if end > FIRST_TUNING_SEED:
        raise InitbenchError(
            f"{count} seeds from seed_base = {config['seed_base']} on reach {end - 1}, but seeds "
            f"from {FIRST_TUNING_SEED} on are for tuning; lower seed_base or take fewer."
        )


def _check_once(name: str, grid: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a cell in two crossings, even with other blocks: its seeds would count twice."""
    times = Counter(
        names
        for crossing in grid
        for names in product(crossing["datasets"], crossing["architectures"], crossing["inits"])
    )
    names, most = times.most_common(1)[0]
    if most > 1:
        cell = "/".join((name, *names))
        raise InitbenchError(f"The grid has the cell {cell} twice; remove it from one crossing.")


def _check_measurements(config: Config) -> None:
    for name, spec in config.get("probes", {}).items():
        with at("probes", name):
            probes.check(probes.settings(spec))
            for init in spec["inits"]:
                if init not in config["inits"]:
                    raise unknown(f"name in inits of probe '{name}':", init, config["inits"])
            _check_seeds(config, spec["draws"])
    for name, spec in config.get("matrices", {}).items():
        with at("matrices", name):
            ensembles.check({key: value for key, value in spec.items() if key != "bed"})


def _check_beds(config: Config) -> None:
    """Refuse what is of a bed that is not named, and runs of one without a level of success."""
    for kind in ("experiments", "probes", "matrices"):
        for name, entry in config.get(kind, {}).items():
            with at(kind, name, "bed"):
                if entry["bed"] not in config["beds"]:
                    raise unknown("bed", entry["bed"], config["beds"])
    for bed in _beds(config, "experiments"):
        with at("beds", bed):
            if "success" not in config["beds"][bed]:
                raise InitbenchError(
                    f"Bed '{bed}' has experiments but no `success`; give the test accuracy from "
                    "which a run counts as successful."
                )


def _beds(config: Config, *kinds: str) -> set[str]:
    """Return the beds of all entries of these kinds."""
    return {entry["bed"] for kind in kinds for entry in config.get(kind, {}).values()}


def _check_reduced(config: Config) -> None:
    """Refuse to reduce a bed that nothing belongs to."""
    trained, drawn = _beds(config, "experiments"), _beds(config, "probes", "matrices")
    known = {"seeds": trained, "epochs": trained, "draws": drawn}
    for key, beds in known.items():
        for bed in config.get("reduce", {}).get(key, {}):
            with at("reduce", key, bed):
                if bed not in beds:
                    raise unknown("bed", bed, beds)


def _check_left_out(config: Config) -> None:
    without = config.get("without", [])
    with at("without"):
        for name in without:
            if name not in config["experiments"]:
                raise unknown("experiment in `without`:", name, config["experiments"])
        if len(without) == len(config["experiments"]):
            raise InitbenchError("`without` leaves out all experiments; leave one to be run.")
