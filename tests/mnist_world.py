"""A made-up outcome of all MNIST experiments of document D, to be changed cell by cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

import depth_world
import synthetic
from initbench.claims.adjudicators.mnist.arms import CONSTANTS

STEPS = 938  # updates in an epoch
NET = {"dataset": "mnist", "architecture": "mnist_net"}
CONSTANT = 0.1135
TENSORS = ("fc1.weight", "fc2.weight", "out.weight", "fc1.bias", "fc2.bias", "out.bias")
TABLES = ("table_sine", "table_hadamard", "table_identity")
Epochs = Mapping[float, synthetic.Values]
KICKS = ("1e-6", "1e-5", "1e-4", "1e-3", "1e-2", "1e-1")


def main() -> dict[str, float]:
    silent = ("zero_fc1", "zeros", "minus_ones")
    learning = {"default": 0.975, "xavier": 0.977, "he_normal": 0.978, "ones": 0.3}
    return learning | dict.fromkeys(silent, CONSTANT)


def ablations() -> dict[str, float]:
    poor = dict.fromkeys(CONSTANTS.values(), CONSTANT)
    good = ("default", *TABLES, "constant_0.1_random_bias", "zero_weights", "zero_fc1_weight")
    good += ("zero_head", "constant_head")
    cells = poor | dict.fromkeys(good, 0.96) | {"zero_fc2": CONSTANT}
    other = {
        f"mnist_net_{name}/{init}": CONSTANT if init == "zeros" else 0.95
        for name in ("tanh", "leaky", "sigmoid")
        for init in ("default", "zeros", "zero_fc1")
    }
    single = {"softmax_regression/default": 0.92, "softmax_regression/zeros": 0.92}
    dropout = {"mnist_net_dropout/constant_0.1": 0.8}
    return cells | other | single | dropout | {"mnist_width_1/default": 0.3}


def accuracies() -> dict[str, float]:
    """Return the final accuracy of every cell, named experiment/init or with the net between."""
    found = {f"mnist_main/{init}": value for init, value in main().items()}
    found |= {f"mnist_ablations/{cell}": value for cell, value in ablations().items()}
    found["mnist_ones_long/ones"] = 0.3
    for position, noise in enumerate(KICKS):
        found[f"mnist_kick_{noise}/zeros"] = 0.3 if position < 2 else 0.9
        found[f"mnist_kick_{noise}/zero_fc1"] = 0.3 if position < 3 else 0.9
    return found


@dataclass
class World:
    """What happens in each cell; a key is experiment/init or experiment/architecture/init."""

    accuracy: Mapping[str, synthetic.Values] = field(default_factory=dict)
    epochs: Mapping[str, Epochs] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    recorded: Mapping[str, Mapping[tuple[str, str], float]] = field(default_factory=dict)
    running_lag: float = 0.02
    seeds: int = 20
    last_epoch: int = 10
    # The deep nets that row D40 looks at as well.
    deep: depth_world.World = field(default_factory=depth_world.World)

    def tables(self) -> "WorldTables":
        """Return the tables of this world, each made when it is first read."""
        return WorldTables(self)

    def frame(self, experiment: str, kind: str) -> pd.DataFrame:
        """Return the "outcomes", "curves" or "layers" of one experiment."""
        if experiment == "mlp_depth":
            return self.deep.frame(f"{experiment}/{kind}")
        cells = accuracies() | dict(self.accuracy)
        names = [key for key in cells if key.split("/")[0] == experiment]
        return synthetic.join(self._cell(kind, key, cells[key]) for key in names)

    def _cell(self, kind: str, key: str, accuracy: synthetic.Values) -> pd.DataFrame:
        changes = (self.accuracy, self.epochs, self.classes, self.recorded)
        if not any(key in change for change in changes):
            return usual(kind, key, self.seeds, self.last_epoch, self.running_lag)
        return self.make(kind, key, accuracy)

    def make(self, kind: str, key: str, accuracy: synthetic.Values) -> pd.DataFrame:
        """Return the rows of one cell."""
        ways = {"outcomes": self._outcomes, "curves": self._curves, "layers": self._layers}
        return ways[kind](key, accuracy)

    def _outcomes(self, key: str, accuracy: synthetic.Values) -> pd.DataFrame:
        classes = self.classes.get(key, 1 if self._silent(accuracy) else 10)
        return synthetic.outcomes(
            init(key), self._spread(accuracy), self.seeds, classes, **net(key)
        )

    def _silent(self, accuracy: synthetic.Values) -> bool:
        return bool(np.mean(accuracy) == CONSTANT)

    def _spread(self, accuracy: synthetic.Values) -> synthetic.Values:
        """Give single numbers a little spread over seeds, but not to constant predictors."""
        if not isinstance(accuracy, float) or self._silent(accuracy):
            return accuracy
        return accuracy + 0.001 * np.sin(np.arange(self.seeds))

    def _curves(self, key: str, accuracy: synthetic.Values) -> pd.DataFrame:
        end, epochs = np.asarray(self._spread(accuracy)), range(1, self.last_epoch + 1)
        slope = 0 if self._silent(accuracy) else 0.004
        points = {0: 0.098, 0.5: end - 0.05} | {e: end - slope * (epochs[-1] - e) for e in epochs}
        points |= dict(self.epochs.get(key, {}))
        running = {e: points[e] - self.running_lag / e for e in epochs}
        splits = {"test": points, "train": {e: points[e] for e in epochs}, "running": running}
        return pd.concat([self._split(key, split, values) for split, values in splits.items()])

    def _split(
        self, key: str, split: str, values: Mapping[float, synthetic.Values]
    ) -> pd.DataFrame:
        steps = {round(STEPS * epoch): (2.3, value) for epoch, value in values.items()}
        return synthetic.curve(init(key), steps, self.seeds, STEPS, split, **net(key))

    def _layers(self, key: str, _: synthetic.Values) -> pd.DataFrame:
        values = states(init(key)) | dict(self.recorded.get(key, {}))
        once = pd.DataFrame(
            [(*name, 0, value) for name, value in values.items()],
            columns=["layer", "quantity", "index", "value"],
        )
        steps = pd.DataFrame({"step": [0, STEPS * self.last_epoch]})
        runs = synthetic.runs(init(key), self.seeds, **net(key))
        return runs.merge(steps, how="cross").merge(once, how="cross")


@cache
def usual(kind: str, key: str, seeds: int, last_epoch: int, running_lag: float) -> pd.DataFrame:
    """Return the rows of a cell that no test has changed, made only once."""
    world = World(seeds=seeds, last_epoch=last_epoch, running_lag=running_lag)
    return world.make(kind, key, accuracies()[key])


class WorldTables(synthetic.SyntheticTables):
    """The tables of a world, made on demand."""

    def __init__(self, world: World) -> None:
        super().__init__({"checks": synthetic.checks({"d47_same_order": (1.0, 1.0, 0.0)})})
        self.world = world

    def _load(self, name: str) -> pd.DataFrame:
        if name not in self.frames:
            self.frames[name] = self.world.frame(*name.split("/"))
        return self.frames[name]


def init(key: str) -> str:
    return key.split("/")[-1]


def net(key: str) -> dict[str, str]:
    parts = key.split("/")
    return NET | ({"architecture": parts[1]} if len(parts) == 3 else {})


def states(start: str) -> dict[tuple[str, str], float]:
    """Return what is recorded of a net that starts from `start`, by (layer, quantity)."""
    equal = start in CONSTANTS.values()
    moved = {name: float(start != "zeros" or name == "out.bias") for name in TENSORS}
    found = {(name, "max_abs"): value for name, value in moved.items()}
    found |= {(name, "unique_values"): 1 + 9 * value for name, value in moved.items()}
    found |= {(name, "gradient_norm"): value for name, value in moved.items()}
    found |= {("fc1.weight", "distinct_rows"): 1.0 if equal else 128.0}
    found |= {("fc2.weight", "distinct_rows"): 1.0 if equal else 64.0}
    found |= {("out.weight", "distinct_columns"): 1.0 if equal else 64.0}
    found |= {("fc1.weight", "effective_rank"): 1.0 if equal else 90.0}
    return found | {("fc1", "rms"): 1.0, ("fc2", "rms"): 0.5 if start == "default" else 0.9}
