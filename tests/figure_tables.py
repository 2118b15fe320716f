"""A small but complete set of collected tables, for the figures: made up, the same each time."""

import functools
import itertools
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from depth_tables import build_depth
from initbench.figures.kit.frames import layer_number
from matrix_tables import write_matrices
from probe_tables import build_probes
from recurrent_tables import build_recurrent
from theory_tables import singular_values, write_probe

SEED_BASE = 2_000_000
TENSORS = [f"{layer}.{kind}" for layer in ("fc1", "fc2", "out") for kind in ("weight", "bias")]
CHAIN = [f"layers.{k}" for k in range(8)]
TINY_INITS = [
    *("default", "default_zero_bias", "xavier", "xavier_shared", "he", "orthogonal"),
    *("orthogonal_shared", "orthogonal_gain_1.5", "orthogonal_first_4", "orthogonal_last_4"),
    *("orthogonal_worst_of_default", "orthogonal_worst_of_xavier"),
]
SKILL = {"default": 0.02, "default_zero_bias": 0.05, "xavier": 0.45, "he": 0.7, "orthogonal": 0.85}
CONSTANTS = ["0.5", "0.1", "0.05", "0.01", "2", "minus_0.1"]
ABLATIONS = [
    *("default", "zero_fc1_weight", "zero_fc2", "zero_head", "zero_weights", "constant_head"),
    *(f"constant_{value}" for value in CONSTANTS),
    *("minus_ones", "zeros", "ones", "constant_0.1_random_bias", "normal_0.01", "xavier"),
    *("he_normal", "table_sine", "table_hadamard", "table_identity"),
]
MAIN = ["default", "zero_fc1", "zeros", "ones", "minus_ones", "xavier", "he_normal"]
OTHER_NETS = {
    "mnist_net_tanh": ["default", "zeros", "zero_fc1"],
    "mnist_net_leaky": ["default", "zeros", "zero_fc1"],
    "mnist_net_sigmoid": ["default", "zeros", "zero_fc1"],
    "mnist_net_dropout": ["default", "constant_0.1"],
    "softmax_regression": ["default", "zeros"],
    "mnist_width_1": ["default"],
}
Cell = tuple[str, str, str]
Accuracy = Callable[[pd.DataFrame], np.ndarray]


def product(cells: Iterable[Cell], seeds: int, **axes: Iterable[object]) -> pd.DataFrame:
    """Return one row for each cell, seed and value of every further column."""
    rows = itertools.product(cells, range(SEED_BASE, SEED_BASE + seeds), *axes.values())
    flat = [(*cell, *rest) for cell, *rest in rows]
    return pd.DataFrame(flat, columns=["dataset", "architecture", "init", "seed", *axes])


def luck(frame: pd.DataFrame) -> np.ndarray:
    """Return one uniform number a run, the same in every table."""
    keys = frame.seed.to_numpy() * 7919 + frame["init"].astype(str).map(len).to_numpy() * 104_729
    return (keys * 0.618_033_988_749) % 1


def learns(frame: pd.DataFrame) -> np.ndarray:
    """Return which tiny runs end well."""
    skill = frame["init"].astype(str).map(lambda name: SKILL.get(name, 0.6))
    wide = frame.architecture.astype(str).str.startswith("net_2_8_2")
    return (luck(frame) < skill.to_numpy()) | wide.to_numpy()


def tiny_curves(cells: list[Cell], seeds: int, every: int) -> pd.DataFrame:
    steps = sorted({0, 1, 2, 5, *range(0, 1001, every)})
    frame = product(cells, seeds, step=steps, split=["train", "test"])
    speed = 1 - np.exp(-frame.step / (150 + 200 * luck(frame)))
    good = learns(frame)
    frame["loss"] = np.where(good, 0.75 * (1 - speed) + 0.02, 0.69 + 0.09 * (1 - speed))
    frame["accuracy"] = np.where(good, 0.5 + 0.498 * speed, 0.5 + 0.06 * luck(frame))
    return frame.assign(epoch=frame.step.astype("float32"))


def outcomes(cells: list[Cell], seeds: int, accuracy: Accuracy) -> pd.DataFrame:
    frame = product(cells, seeds)
    frame["test_accuracy"] = accuracy(frame)
    stuck = frame.test_accuracy < 0.2
    return frame.assign(
        status=np.where(luck(frame) > 0.99, "diverged", "done"),
        steps=1000,
        test_loss=0.1,
        predicted_classes=np.where(stuck, 1, 10),
        predicted_share=np.where(stuck, 1.0, 0.1),
    )


def tiny_accuracy(frame: pd.DataFrame) -> np.ndarray:
    return np.where(learns(frame), np.where(luck(frame) * 7 % 1 < 0.5, 1.0, 0.995), 0.55)


def scalars(
    cells: list[Cell], seeds: int, steps: list[int], layers: list[str], quantity: str
) -> pd.DataFrame:
    return product(cells, seeds, step=steps, layer=layers).assign(quantity=quantity, index=0)


def tiny_layers(cells: list[Cell], seeds: int) -> pd.DataFrame:
    return pd.concat(_tiny_layers(cells, seeds), ignore_index=True)


def _tiny_layers(cells: list[Cell], seeds: int) -> Iterable[pd.DataFrame]:
    weights = [f"{layer}.weight" for layer in [*CHAIN, "final"]]
    steps = [0, 1, 5, 10, 100, 1000]
    norms = scalars(cells, seeds, steps, [*weights, "layers.0.bias"], "gradient_norm")
    place = layer_number(norms.layer)
    rate = np.where(norms["init"].str.startswith("orth"), 0.05, 0.6)
    yield norms.assign(value=10 ** ((place - 9) * rate - norms.step / 700) * (0.5 + luck(norms)))
    for index in (0, 1):
        values = scalars(cells, seeds, steps, weights, "singular_value").assign(index=index)
        flat = values["init"].str.startswith("orth") & (values.step == 0)
        spread = (1.2 if index == 0 else 0.35) * (0.5 + luck(values))
        yield values.assign(value=np.where(flat, 1.0, spread * (1 + values.step / 2000)))
    states = ["input", *CHAIN]
    for quantity in ("pc1_share", "pc1_share_grid"):
        shares = scalars(cells, seeds, [0, 1000], states, quantity)
        place = layer_number(shares.layer)
        rest = 0.3 * np.exp(-place * np.where(shares["init"].str.startswith("orth"), 0.1, 1.1))
        yield shares.assign(value=1 - rest * (0.5 + luck(shares)))
    probes = scalars(cells, seeds, [0, 1000], states, "linear_probe")
    gain = np.where(learns(probes), 0.015, 0.0) * layer_number(probes.layer)
    yield probes.assign(value=0.87 + gain * (probes.step > 0))
    codes = scalars(cells, seeds, [0, 1000], ["input", "layers.7"], "knn_accuracy")
    yield codes.assign(value=0.99 + 0.009 * luck(codes))
    for bits, size in {"32": 1e-4, "64": 1e-12}.items():
        errors = scalars(cells, seeds, [0, 1000], ["layers.7"], f"inversion_error_float{bits}")
        yield errors.assign(value=size * 10 ** (2 * luck(errors)))


def mnist_accuracy(frame: pd.DataFrame) -> np.ndarray:
    init, net = frame["init"].astype(str), frame.architecture.astype(str)
    stuck = init.isin(["zeros", "minus_ones", "zero_fc1", "constant_2", "ones"])
    stuck |= init.str.startswith("constant_0.0")
    partly = init.isin(["constant_0.1", "constant_0.5"]) | (net == "mnist_width_1")
    jitter = 0.004 * luck(frame)
    free = net.isin(["softmax_regression", "mnist_net_tanh"])
    levels = np.select([free, stuck, partly], [0.92 + jitter, 0.1135, 0.2 + 10 * jitter])
    return np.where(levels > 0, levels, 0.972 + jitter)


def mnist_curves(cells: list[Cell], seeds: int, epochs: list[float]) -> pd.DataFrame:
    frame = product(cells, seeds, epoch=epochs, split=["train", "test", "running"])
    end, progress = mnist_accuracy(frame), 1 - np.exp(-6 * frame.epoch)
    frame["accuracy"] = 0.098 + (end - 0.098) * progress
    frame["loss"] = np.where(frame["init"] == "ones", 300, 2.3) * (1 - end * progress) + 0.01
    return frame.assign(step=(938 * frame.epoch).round().astype("int32"))


def mnist_layers(cells: list[Cell], seeds: int, epochs: int) -> pd.DataFrame:
    steps = [938 * epoch for epoch in range(epochs + 1)]
    norms = scalars(cells, seeds, steps, TENSORS, "gradient_norm")
    zero = norms["init"].str.startswith("zero") & (norms.layer != "out.bias")
    sizes = scalars(cells, seeds, steps, TENSORS, "max_abs")
    rows = scalars(cells, seeds, steps, ["fc1.weight"], "distinct_rows")
    equal = rows["init"].isin(["zeros", "ones", "minus_ones", "zero_fc1"])
    parts = [
        norms.assign(value=np.where(zero, 0.0, 0.01 + luck(norms))),
        sizes.assign(value=np.where(sizes.layer == "out.bias", sizes.step / 9380, 0.0)),
        rows.assign(value=np.where(equal, 1.0, 128.0)),
    ]
    for layer, size in {"fc1.weight": 128, "fc2.weight": 64}.items():
        chosen = [
            cell for cell in cells if cell[2] in {"default", "xavier", "he_normal", "normal_0.01"}
        ]
        values = product(chosen, seeds, step=[0, steps[-1]], index=range(size), layer=[layer])
        fall = (1 - values["index"] / size) * (1 + values.step / steps[-1]) + 0.02
        parts.append(values.assign(quantity="singular_value", value=fall * (1 + luck(values) / 9)))
    return pd.concat(parts, ignore_index=True)


def signal_values(seeds: int) -> pd.DataFrame:
    inits = ["default_zero_bias", "xavier_normal", "orthogonal"]
    axes = itertools.product(
        inits, (2, 64, 256), range(seeds), range(1, 129), ("second_moment", "state_gradient_rms")
    )
    frame = pd.DataFrame(axes, columns=["init", "width", "seed", "layer", "quantity"])
    forward = frame.quantity == "second_moment"
    run = np.where(forward, frame.layer, 129 - frame.layer)
    slope = np.where(frame["init"] == "default_zero_bias", 0.55, 0.0)
    size = np.exp(-slope * run) / np.sqrt(2 * run) * (1 + 0.01 * frame.seed)
    value = np.where(forward, size**2, size)
    return frame.assign(activation="tanh", variant="square", index=0, value=value)


def replay(folder: Path) -> None:
    steps = np.arange(1001)
    ends = {"default": (0.78, 0.6935), "orthogonal": (0.8, 0.0147), "xavier_seed_2": (0.8, 0.03)}
    curves = [
        pd.DataFrame({"run": run, "step": steps}).assign(
            test_loss=b + (a - b) * np.exp(-steps / 150),
            test_accuracy=0.48 if run == "default" else 1 - 0.66 * np.exp(-steps / 150),
        )
        for run, (a, b) in ends.items()
    ]
    pd.concat(curves).to_parquet(folder / "replay_curves.parquet")
    rows = pd.DataFrame(
        itertools.product(["default", "orthogonal"], ["init", "end"], range(8)),
        columns=["run", "moment", "layer"],
    )
    end = rows.moment == "end"
    rows["s1"] = np.where(end, 1.5 + rows.layer / 20, 1.0)
    rows["s2"] = np.where(end, 0.3 + rows.layer / 10, 1.0)
    for rank in (1, 2):
        rows[f"printed_s{rank}"] = (rows[f"s{rank}"] + 2e-5).where(end)
    rows.to_parquet(folder / "replay_spectra.parquet")
    panels().to_parquet(folder / "replay_panels.parquet")


def panels() -> pd.DataFrame:
    angle = np.linspace(0, np.pi, 100)
    x = np.concatenate([np.cos(angle), 1 - np.cos(angle)]) * 1.2 - 0.5
    y = np.concatenate([np.sin(angle), 0.5 - np.sin(angle)]) * 1.6 - 0.4
    side = np.arange(-3, 2.6, 0.5)
    plane = np.array(list(itertools.product(side, side)))
    parts = []
    for run, squeeze in {"default": 0.35, "orthogonal": 0.95}.items():
        for layer in range(9):
            flat, turn = squeeze**layer, 0.5 * layer
            points = pd.DataFrame(
                {"x": x, "y": y, "label": np.repeat([0, 1], 100), "kind": "point"}
            )
            grid = pd.DataFrame({"x": plane[:, 0], "y": plane[:, 1], "label": -1, "kind": "grid"})
            both = pd.concat([points, grid])
            across, up = (
                both.x * np.cos(turn) - both.y * flat,
                both.x * np.sin(turn) + both.y * flat,
            )
            shrink = np.tanh if layer else np.asarray
            parts.append(both.assign(run=run, layer=layer, x=shrink(across), y=shrink(up)))
        fine = np.linspace(-3, 3, 60)
        field = pd.DataFrame(itertools.product(fine, fine), columns=["x", "y"])
        steep = 0.02 if run == "default" else 4
        score = 1 / (1 + np.exp(-steep * (np.sin(2 * field.x) - field.y)))
        parts.append(field.assign(run=run, layer=8, kind="map", label=-1, score=score))
    return pd.concat(parts, ignore_index=True)


def write(folder: Path, experiment: str, **parts: pd.DataFrame) -> None:
    """Write the tables of one experiment with the types of the collected ones."""
    (folder / experiment).mkdir(parents=True)
    for name, frame in parts.items():
        identity = dict.fromkeys(["dataset", "architecture", "init"], "category")
        frame.astype(identity).to_parquet(folder / experiment / f"{name}.parquet")


def build(folder: Path, seeds: int = 7, every: int = 50) -> Path:
    """Write a small but complete set of tables."""
    moons = [("moons", "tanh_chain", init) for init in TINY_INITS]
    names = ("moons_raw", "moons_leak_free", "c_bands", "circles")
    data = [(name, "tanh_chain", init) for name in names for init in ("default", "orthogonal")]
    nets = [("moons", f"net_2_8_2_{kind}", "default") for kind in ("tanh", "relu")]
    probed = [cell for cell in moons if cell[2] in SKILL]
    write(
        folder,
        "tiny_sgd",
        curves=tiny_curves(probed, seeds, every),
        layers=tiny_layers(probed, seeds),
        outcomes=outcomes(moons + data + nets, seeds, tiny_accuracy),
    )
    few = [cell for cell in moons if cell[2] in {"default", "xavier", "orthogonal"}]
    for name in ("tiny_sgd_fast", "tiny_minibatch"):
        write(folder, name, outcomes=outcomes(few + nets, seeds, tiny_accuracy))
    # The default has many runs here, which the control of p-values needs.
    many = outcomes(few[:1], max(seeds, 110 * (seeds > 1)), tiny_accuracy)
    others = outcomes(few[1:] + nets, seeds, tiny_accuracy)
    write(folder, "tiny_adam", outcomes=pd.concat([many, others]))
    pairs = itertools.product("1248", ["0.6", "0.8", "1.0", "1.25"])
    grid = [("moons", "tanh_chain", f"svd_k{k}_s{scale}") for k, scale in pairs]
    write(folder, "tiny_factorial", outcomes=outcomes(grid, seeds, tiny_accuracy))
    main = [("mnist", "mnist_net", init) for init in MAIN]
    epochs = [0, 0.05, *np.arange(1, 10) / 10, 1, 1.5, *range(2, 11)]
    write(
        folder,
        "mnist_main",
        curves=mnist_curves(main, seeds, epochs),
        layers=mnist_layers(main, seeds, 10),
        outcomes=outcomes(main, seeds, mnist_accuracy),
    )
    ablations = [("mnist", "mnist_net", init) for init in ABLATIONS]
    ablations += [("mnist", net, init) for net, inits in OTHER_NETS.items() for init in inits]
    write(
        folder,
        "mnist_ablations",
        layers=mnist_layers(ablations, min(seeds, 3), 3),
        outcomes=outcomes(ablations, min(seeds, 5), mnist_accuracy),
    )
    for place in range(1, 7):
        kicked = [("mnist", "mnist_net", init) for init in ("zeros", "zero_fc1")]
        freed = functools.partial(kicked_accuracy, place=place)
        write(folder, f"mnist_kick_1e-{place}", outcomes=outcomes(kicked, 5, freed))
    (folder / "probes").mkdir(exist_ok=True)
    signal_values(seeds).to_parquet(folder / "probes" / "signal_tanh_depth.parquet")
    replay(folder)
    write_probe(folder, "spectra", singular_values(seeds))
    build_recurrent(build_depth(folder, seeds), seeds)
    return write_matrices(build_probes(folder, seeds))


def kicked_accuracy(frame: pd.DataFrame, place: int) -> np.ndarray:
    return np.clip(0.1135 + 0.2 * (6 - place) * (0.8 + 0.4 * luck(frame)), 0, 0.96)
