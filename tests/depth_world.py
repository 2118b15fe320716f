"""Made-up runs of document B's bed, as the document tells them, changed by patterns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

import synthetic
from initbench.claims.adjudicators.depth import (
    advice,
    arms,
    remedies,
    traps,
)

GOOD, FAIR, BAD = 0.93, 0.85, 0.1135
PER_EPOCH, LAST = 79, 395
EPOCHS = (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5)
WATCHED = [0, 20, 50, 118, 237]
EVALUATED = [round(PER_EPOCH * epoch) for epoch in EPOCHS]
POOR = ("normal_0.01", "normal_1", "default_zero_bias", "default", "normal_0.001")
SILENT = ("zeros", "zero_fc1")
Changes = Mapping[str, synthetic.Values]


def nets(activations: Sequence[str], depths: Sequence[int], inits: Sequence[str]) -> list[str]:
    return [f"mlp_{a}_d{d}/{init}" for a, d, init in product(activations, depths, inits)]


TWO, FOUR, DEPTHS = arms.DECISIVE, arms.ACTIVATIONS, arms.DEPTHS
GRID = {
    "mlp_depth": nets(FOUR, DEPTHS, arms.INITS) + nets(TWO, (1, *DEPTHS), ["zeros"]),
    "mlp_default": nets(TWO, DEPTHS, ["default"])
    + nets(["relu"], DEPTHS, ["he_normal_random_bias"])
    + nets(["tanh"], DEPTHS, ["xavier_normal_random_bias"]),
    "mlp_small": nets(TWO, DEPTHS, ["normal_0.001"]),
    "mlp_adam": nets(["relu"], DEPTHS, ["normal_0.01", "he_normal"]),
    "mlp_sixty": nets(["relu"], [60], ["default_zero_bias", "default", "he_normal"])
    + nets(["tanh"], [60], ["default_zero_bias", "default", "xavier_normal"]),
    "mlp_uniform": nets(TWO, [10], ["xavier", "he"]),
    "mlp_uniform_start": nets(TWO, [10], ["xavier", "he", "xavier_normal", "he_normal"]),
    "mlp_sigmoid": nets(["sigmoid"], (2, 5), ["xavier_normal", *advice.SIGMOID_RIVALS.values()])
    + nets(["sigmoid"], [10], ["xavier_gain_4"]),
    "mlp_tanh_gain": nets(["tanh"], [10, 30], ["xavier_gained", "orthogonal"]),
    "mlp_fixed_rate": nets(TWO, DEPTHS, arms.AT_ONE_RATE),
    "ln_depth": [f"ln_d30/{init}" for init in remedies.TWINS.values()],
    "mnist_ablations": [f"{net}/zeros" for net in (*traps.TWO_HIDDEN, "softmax_regression")],
    **{f"mlp_kick_{s}": nets(TWO, [10], ["normal_0.01", "zeros"]) for s in traps.NOISES},
    **{f"mnist_kick_{s}": [f"mnist_net/{init}" for init in SILENT] for s in traps.NOISES},
}


def usual_accuracy(experiment: str, cell: str) -> float:
    """Return what the document would expect of a cell's final accuracy."""
    net, init = cell.split("/")
    if net == "softmax_regression" or experiment in ("mlp_adam", "ln_depth"):
        return GOOD
    if init in SILENT or (init in POOR and not net.endswith("_d3")):
        return BAD
    rival = {"relu": "xavier_normal", "tanh": "he_normal", "sigmoid": "he_normal"}
    second = (init == "spectral_radius" or experiment == "mlp_sigmoid") and init != "xavier_normal"
    return FAIR if second or init in (*POOR, rival.get(net.split("_")[1])) else GOOD


def usual_gradient(cell: str, tensor: str) -> float:
    """Return the norm of a first gradient: faint or huge below, from poor inits in deep nets."""
    net, init = cell.split("/")
    if tensor == "final.bias" or init not in POOR:
        return 1.0
    return (1e6 if init == "normal_1" else 1e-8) ** (0.25 if net.endswith("_d3") else 1.0)


def usual_rms(cell: str) -> float:
    """Return the size of the last hidden state."""
    net, init = cell.split("/")
    if init not in POOR or net.endswith("_d3"):
        return 1.0
    return 1e3 if init == "normal_1" else 1e-5


@dataclass(frozen=True)
class World:
    """What happens in the cells that match a pattern over "experiment/architecture/init".

    `steps` are those to 80 %, infinite for never; `before` is the accuracy before a kick; patterns
    of `gradient` end with a tensor, those of `rms` are for the last hidden layer.
    """

    accuracy: Changes = field(default_factory=dict)
    steps: Changes = field(default_factory=dict)
    before: Changes = field(default_factory=dict)
    gradient: Changes = field(default_factory=dict)
    rms: Changes = field(default_factory=dict)
    diverged: str = ""
    missing: str = ""
    eigenvalues: tuple[float, ...] = (0.0,) * 20
    seeds: int = 12

    def tables(self) -> "WorldTables":
        return WorldTables(self)

    def frame(self, name: str) -> pd.DataFrame:
        """Return a table such as "mlp_depth/outcomes"."""
        if name == "probes/curvature":
            return curvature(self.eigenvalues)
        experiment, kind = name.split("/")
        return getattr(self, kind)(experiment, GRID[experiment])

    def _values(self, changes: Changes, experiment: str, cells: Sequence[str], usual: Any) -> Any:
        """Return what a change or `usual` says of each cell and seed."""
        found = [changed(changes, f"{experiment}/{cell}", usual) for cell in cells]
        values = [np.broadcast_to(value, self.seeds) for value in found]
        return np.array(values, dtype=float).reshape(len(cells), self.seeds)

    def ends(self, experiment: str, cells: Sequence[str]) -> Any:
        def usual(name: str) -> float:
            return usual_accuracy(*name.split("/", 1))

        return self._values(self.accuracy, experiment, cells, usual)

    def outcomes(self, experiment: str, cells: Sequence[str]) -> pd.DataFrame:
        ends = self.ends(experiment, cells)
        spread = np.where(ends == BAD, 0.0, 0.001 * np.sin(np.arange(self.seeds)))
        broken = [fnmatch(f"{experiment}/{cell}", self.diverged) for cell in cells]
        status = np.repeat(np.where(broken, "diverged", "done"), self.seeds)
        columns = {"test_accuracy": ends + spread}
        return identified(experiment, cells, self.seeds, {}, columns).assign(status=status)

    def curves(self, experiment: str, cells: Sequence[str]) -> pd.DataFrame:
        cells = [cell for cell in cells if cell != self.missing]
        ends = self.ends(experiment, cells)
        later = np.arange(self.seeds) % 6 == 0  # some runs take a look longer
        soon, late = np.where(later, 118.0, 79.0), np.where(later, 158.0, 118.0)
        usual = np.select([ends >= GOOD, ends >= arms.LEARNED], [soon, late], np.inf)
        steps = self._values(self.steps, experiment, cells, lambda _: np.nan)
        steps = np.where(np.isnan(steps), usual, steps)
        reached = np.array(EVALUATED) >= steps[:, :, None]
        test = {"accuracy": np.where(reached, 0.85, 0.1)}
        moments = {"step": EVALUATED, "split": ["test"] * len(EVALUATED)}
        frame = identified(experiment, cells, self.seeds, moments, test)
        if "kick" not in experiment:
            return frame.assign(epoch=frame["step"] / PER_EPOCH)
        before = self._values(self.before, experiment, cells, lambda _: 0.11)
        moments = {"step": [79, 158], "split": ["running"] * 2}
        running = {"accuracy": np.repeat(before[:, :, None], 2, axis=2)}
        kicked = identified(experiment, cells, self.seeds, moments, running)
        frame = synthetic.join([frame, kicked])
        return frame.assign(epoch=frame["step"] / PER_EPOCH)

    def layers(self, experiment: str, cells: Sequence[str]) -> pd.DataFrame:
        tensors = [(layer, "gradient_norm") for layer in ("layers.0.weight", *BIASES)]
        parts = [
            self._recorded(self.gradient, experiment, cells, name, partial_gradient(name[0]))
            for name in tensors
        ]
        deep = {d: [c for c in cells if c.split("/")[0].endswith(f"_d{d}")] for d in DEPTHS}
        for depth, names in deep.items():
            last = (f"layers.{depth - 1}", "rms")
            parts.append(self._recorded(self.rms, experiment, names, last, last_rms))
        for name in (("layers.0", "rms"), ("input", "rms"), *SHARES):
            parts.append(self._recorded({}, experiment, cells, name, lambda _: 1.0))
        return synthetic.join(parts)

    def _recorded(
        self,
        changes: Changes,
        experiment: str,
        cells: Sequence[str],
        name: tuple[str, str],
        usual: Any,
    ) -> pd.DataFrame:
        """Return the rows of one layer and quantity, the same at all moments."""
        suffix = f"/{name[0]}" if name[1] == "gradient_norm" else ""
        values = self._values(changes, experiment, [cell + suffix for cell in cells], usual)
        count = len(WATCHED)
        moments = {"step": WATCHED, "layer": [name[0]] * count, "quantity": [name[1]] * count}
        same = np.repeat(values[:, :, None], count, axis=2)
        return identified(experiment, cells, self.seeds, moments, {"value": same}).assign(index=0)


BIASES = ("layers.0.bias", "final.bias")
SHARES = tuple(
    (layer, f"{kind}_share") for layer in ("layers.0", "final") for kind in ("saturated", "dead")
)


def partial_gradient(tensor: str) -> Any:
    return lambda name: usual_gradient("/".join(name.split("/")[1:3]), tensor)


def last_rms(name: str) -> float:
    return usual_rms(name.split("/", 1)[1])


def changed(changes: Changes, name: str, usual: Any) -> Any:
    """Return what the last pattern that fits `name` says, else what is usual of it."""
    found = [value for pattern, value in changes.items() if fnmatch(name, pattern)]
    return found[-1] if found else usual(name)


def identified(
    experiment: str,
    cells: Sequence[str],
    seeds: int,
    moments: Mapping[str, Sequence[Any]],
    columns: Mapping[str, Any],
) -> pd.DataFrame:
    """Return one row for each cell, seed and moment; `columns` are cells x seeds x moments."""
    inner = max([len(values) for values in moments.values()], default=1)
    keys = identity(experiment, tuple(cells), seeds, inner)
    repeated = {name: list(values) * (len(cells) * seeds) for name, values in moments.items()}
    flat = {name: np.ravel(values) for name, values in columns.items()}
    return keys.assign(**repeated, **flat)


@cache
def identity(experiment: str, cells: tuple[str, ...], seeds: int, inner: int) -> pd.DataFrame:
    pairs = [cell.split("/") for cell in cells]
    each = seeds * inner
    return pd.DataFrame(
        {
            "seed": np.tile(np.repeat(synthetic.SEED_BASE + np.arange(seeds), inner), len(cells)),
            "dataset": "mnist" if experiment.startswith("mnist") else "mnist_5k",
            "architecture": np.repeat([net for net, _ in pairs], each),
            "init": np.repeat([init for _, init in pairs], each),
        }
    ).astype(dict.fromkeys(synthetic.IDENTITY, "category"))


def curvature(eigenvalues: Sequence[float]) -> pd.DataFrame:
    """Return the probe of stuck states with these lowest eigenvalues."""
    values = {"min_eigenvalue": eigenvalues, "max_eigenvalue": 2.0, "gradient_norm": 1e-9}
    parts = [
        pd.DataFrame({"seed": range(len(eigenvalues)), "quantity": name, "value": value})
        for name, value in values.items()
    ]
    return pd.concat(parts, ignore_index=True)


class WorldTables(synthetic.SyntheticTables):
    """The tables of a world, made when they are first read."""

    def __init__(self, world: World) -> None:
        super().__init__({})
        self.world = world

    def _load(self, name: str) -> pd.DataFrame:
        if name not in self.frames:
            self.frames[name] = self.world.frame(name)
        return self.frames[name]
