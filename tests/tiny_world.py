"""Made-up tables of everything that document A's claims are judged by, from a few dials."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from synthetic import SyntheticTables, checks, curve, join, layers, outcomes, share

CHAIN = [f"layers.{k}" for k in range(8)]
TRAINED = ("default", "xavier", "orthogonal")
REPAIRED = ("orthogonal_worst_of_default", "orthogonal_worst_of_xavier")
PRINTED = np.array([[1.7, 0.2]] * 8)


@dataclass(frozen=True)
class World:
    """What a world says: the first fields as the document tells it, and how much data there is.

    The shares are success rates; `spread` is added and subtracted in turns to slopes.
    """

    default: float = 0.02
    perfect: float = 1.0  # accuracy of a successful default run
    xavier: float = 0.05
    orthogonal: float = 1.0
    shared: float = 1.0
    adam: float = 0.02
    wide: float = 1.0
    raw: float = 0.0
    first_4: float = 0.9
    last_4: float = 0.1
    repaired: float = 1.0
    kappa_matters: bool = True
    ratio_helps: bool = True
    end_loss: float = 0.69
    fading: float = 1e-3  # gradient of the first layer over the eighth, and of step 10 over 0
    line: bool = True  # default's clouds lie on a line and orthogonal's do not
    lost: bool = True
    gain: float = 0.2
    leak: float = 0.0
    slope: float = 0.0  # powers of ten a layer, over ten layers
    replay_error: float = 0.0
    violation: float = 0.0
    spread: float = 0.0
    seeds: int = 100
    many: int = 1000


TOLD = World()
OPPOSITE = World(
    **{"default": 0.6, "perfect": 0.99, "xavier": 0.9, "orthogonal": 0.3, "shared": 1.0},
    **{"adam": 1.0, "wide": 0.0, "raw": 0.6, "first_4": 0.5, "last_4": 0.5, "repaired": 0.6},
    **{"kappa_matters": False, "ratio_helps": False, "end_loss": 0.9, "fading": 1.0, "line": False},
    **{"lost": False, "gain": 0.0, "leak": 0.1, "slope": -0.1, "replay_error": 0.1},
    violation=1.0,
)
SHORT = replace(TOLD, seeds=4, many=4, default=0, xavier=0.5, spread=0.2)
SMALL = replace(TOLD, seeds=40, many=40)


def tiny_sgd(world: World) -> pd.DataFrame:
    rates = {
        **{"xavier": world.xavier, "orthogonal": world.orthogonal, "xavier_shared": world.xavier},
        **{"orthogonal_shared": world.shared, "orthogonal_first_4": world.first_4},
        **{"orthogonal_last_4": world.last_4, REPAIRED[0]: 0.5, REPAIRED[1]: world.repaired},
    }
    n, many = world.seeds, world.many
    parts = [outcomes("default", share(world.default, many, world.perfect), many, classes=1)]
    parts[0]["test_loss"] = world.end_loss
    parts += [outcomes(init, share(rate, n), n) for init, rate in rates.items()]
    for init, rate in (("default", world.raw), ("orthogonal", world.raw)):
        parts.append(outcomes(init, share(rate, n), n, dataset="moons_raw"))
    for init, rate in (("default", world.default), ("orthogonal", world.orthogonal)):
        good = world.perfect if init == "default" else 1.0
        accuracy = share(rate, n, good) - world.leak
        parts.append(outcomes(init, accuracy, n, dataset="moons_leak_free"))
    parts += [outcomes("orthogonal", 1.0, n, dataset=dataset) for dataset in ("c_bands", "circles")]
    return join([*parts, *wide_nets(world)])


def wide_nets(world: World) -> list[pd.DataFrame]:
    names = ("net_2_8_2_tanh", "net_2_8_2_relu")
    accuracy = share(world.wide, world.seeds)
    return [outcomes("default", accuracy, world.seeds, architecture=name) for name in names]


def other_recipe(world: World, rate: float) -> pd.DataFrame:
    cells = {"default": rate, "xavier": rate, "orthogonal": world.orthogonal}
    n = world.seeds
    chains = [outcomes(init, share(part, n), n) for init, part in cells.items()]
    return join([*chains, *wide_nets(world)])


def curves_of(frame: pd.DataFrame, reached: int, end_loss: float) -> pd.DataFrame:
    """Return curves that begin at chance and have their final accuracy from step `reached` on."""
    parts = []
    for init in TRAINED:
        rows = frame[(frame["init"] == init) & (frame["dataset"] == "moons")]
        accuracy = rows[rows["architecture"] == "tanh_chain"]["test_accuracy"].to_numpy()
        points = {0: (0.8, 0.5), reached: (end_loss, accuracy), 1000: (end_loss, accuracy)}
        parts.append(curve(init, points, seeds=len(accuracy)))
    return join(parts)


def chain_layers(world: World, init: str, seeds: int, success: np.ndarray) -> pd.DataFrame:
    """Return what is recorded of a chain; the ratio s2/s1 warns of failure, or of success."""
    line = world.line == (init == "default")
    ratio = np.where(success == world.ratio_helps, 0.5, 0.1) + np.linspace(0, 0.01, seeds)
    values = {(0, "layers.0.weight", "gradient_norm", 0): world.fading}
    values |= {(0, "layers.7.weight", "gradient_norm", 0): 1.0}
    values |= {(10, "layers.7.weight", "gradient_norm", 0): world.fading}
    for step, layer in product((0, 1000), CHAIN):
        for quantity in ("pc1_share", "pc1_share_grid"):
            values[step, layer, quantity, 0] = 0.999 if line else 0.7
        values[step, f"{layer}.weight", "singular_value", 0] = 0.9
        values[step, f"{layer}.weight", "singular_value", 1] = 0.9 * ratio
        values[step, layer, "linear_probe", 0] = 0.8 + world.gain * (int(layer[-1]) + 1) / 8
    for step in (0, 1000):
        values[step, "input", "linear_probe", 0] = 0.8
        values[step, "input", "knn_accuracy", 0] = 1.0
        values[step, "layers.7", "knn_accuracy", 0] = 0.9 if world.lost else 1.0
        values[step, "layers.7", "inversion_error_float64", 0] = 1e-3 if world.lost else 1e-9
        values[step, "layers.7", "inversion_error_float32", 0] = np.nan
    return layers(init, values, seeds)


def factorial(world: World) -> pd.DataFrame:
    """Return runs whose success depends on the condition number, or on the scale instead."""
    parts = []
    for kappa, scale in product((1, 2, 4, 8), (0.6, 0.8, 1.0, 1.25)):
        likely = {1: 0.9, 2: 0.7, 4: 0.4, 8: 0.2}[kappa] if world.kappa_matters else scale - 0.4
        n = world.seeds // 2
        parts.append(outcomes(f"svd_k{kappa}_s{scale}", share(likely, n), n))
    return join(parts)


def signal(world: World) -> pd.DataFrame:
    """Return sizes with a constant slope, for Xavier -0.04 and default -0.05 decades a layer."""
    sign = np.resize([1.0, -1.0], world.seeds)
    slopes = {"orthogonal": world.slope, "xavier_normal": -0.04, "default_zero_bias": -0.05}
    powers = {"second_moment": 2, "state_gradient_rms": 1}
    rows = [
        (init, width, 2_000_000 + k, layer, quantity, 10 ** (power * (slope + drift) * layer))
        for (init, slope), width in product(slopes.items(), (2, 64, 256))
        for layer, (quantity, power) in product((1, 2, 11), powers.items())
        for k, drift in enumerate(world.spread * sign)
    ]
    columns = ["init", "width", "seed", "layer", "quantity", "value"]
    same = {"activation": "tanh", "variant": "square", "index": 0}
    return pd.DataFrame(rows, columns=columns).assign(**same)


def replay_tables(error: float) -> dict[str, pd.DataFrame]:
    """Return the replay as printed, but for `error` after the start."""
    default = [(0.787785, 0.48), (0.783, 0.48), (0.6936, 0.48), (0.6935, 0.48 - error)]
    orthogonal = [(0.807777, 0.31), (0.8, 0.335), (0.3, 0.93 - error), (0.0147, 1.0 - error)]
    xavier = [(0.693145, 0.5)] * 4
    named = {"default": default, "orthogonal": orthogonal, "xavier_seed_2": xavier}
    rows = [
        (run, step, loss, accuracy)
        for run, points in named.items()
        for step, (loss, accuracy) in zip((0, 1, 200, 700), points, strict=True)
    ]
    columns = ["run", "step", "test_loss", "test_accuracy"]
    spectra = [
        (run, moment, k, *start_or_end, *PRINTED[k])
        for run, moment, k in product(("default", "orthogonal"), ("init", "end"), range(8))
        for start_or_end in [(1.0, 1.0) if error and moment == "init" else PRINTED[k] + error]
    ]
    names = ["run", "moment", "layer", "s1", "s2", "printed_s1", "printed_s2"]
    return {
        "replay_curves": pd.DataFrame(rows, columns=columns),
        "replay_spectra": pd.DataFrame(spectra, columns=names),
    }


def check_table(violation: float) -> pd.DataFrame:
    """Return the results of document A's checks, each off by `violation`."""
    exact = ("a01_moons_equal_sklearn", "a02_forward", "a02_prefix_transform", "a32_eckart_young")
    exact += ("a24_square", "a24_tall", "a24_wide", "a25_norms_square", "a25_trace_square")
    exact += ("a25_coordinate_variance_square", "a25_norms_tall", "a25_norms_wide")
    rows = {slug: (violation, 0.0, 1e-12) for slug in exact}
    rows["a02_parameter_count"] = (54 + violation, 54.0, 0.0)
    book = {"layers": 8.0, "size": 2.0, "tanh": 1.0, "linear_head": 1.0}
    rows |= {f"a39_{name}": (value + violation, value, 0.0) for name, value in book.items()}
    rows["a37_disagreement_rate"] = (0.9 * (1 - violation), 0.0, 1.0)
    rows["a37_disagreement_rate_swapped_back"] = (0.1 * (1 - violation), 0.0, 1.0)
    return checks(rows)


def world_tables(world: World) -> SyntheticTables:
    runs = {
        "tiny_sgd": tiny_sgd(world),
        "tiny_adam": other_recipe(world, world.adam),
        "tiny_sgd_fast": other_recipe(world, world.default),
        "tiny_minibatch": other_recipe(world, world.default),
    }
    frames = {f"{name}/outcomes": frame for name, frame in runs.items()}
    for name, frame in runs.items():
        frames[f"{name}/curves"] = curves_of(frame, 50, world.end_loss)
    sgd, recorded = runs["tiny_sgd"], []
    for init in (*TRAINED, "orthogonal_shared"):
        rows = sgd[(sgd["init"] == init) & (sgd["dataset"] == "moons")]
        accuracy = rows[rows["architecture"] == "tanh_chain"]["test_accuracy"].to_numpy()
        recorded.append(chain_layers(world, init, len(accuracy), accuracy > 0.9))
    frames["tiny_sgd/layers"] = join(recorded)
    frames["tiny_factorial/outcomes"] = factorial(world)
    frames["probes/signal_tanh_depth"] = signal(world)
    frames["checks"] = check_table(world.violation)
    return SyntheticTables(frames | replay_tables(world.replay_error))
