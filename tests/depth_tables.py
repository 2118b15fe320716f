"""Made-up tables of document B's trained nets, for the figures: the same each time."""

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

SEED_BASE = 2_000_000
LAST = 395
EPOCHS = [*np.arange(6) / 10, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5]
RATES = [0.003, 0.01, 0.03, 0.1]
GAINS = {  # of the second moment in each layer of 64 identity units
    **{"normal_0.001": 6.4e-5, "normal_0.01": 0.0064, "normal_1": 64.0, "default": 0.45},
    **{"default_zero_bias": 1 / 3, "xavier_normal": 1.0, "xavier": 1.0, "he_normal": 2.0},
    **{"he": 2.0, "orthogonal": 1.0, "orthogonal_gained": 1.9, "xavier_gained": 1.8, "lsuv": 1.8},
    **{"xavier_gain_4": 16.0, "he_gained": 2.1, "spectral_radius": 0.95, "zeros": 0.0},
    **{"he_normal_random_bias": 2.05, "xavier_normal_random_bias": 1.05},
    **{f"sigma_{s}": 64 * float(s) ** 2 for s in ("1e-4", "1e-3", "1e-2", "3e-2", "1e-1")},
    **{f"sigma_{s}": 64 * float(s) ** 2 for s in ("3e-1", "1", "3")},
    **{"constant_0.1": 1e3, "ones": 1e5},
}
SHARES = {"relu": 0.5, "tanh": 0.8, "sigmoid": 0.3, "identity": 1.0}  # kept by the activation
BED = [
    *("normal_0.01", "normal_1", "default_zero_bias", "xavier_normal", "he_normal"),
    *("orthogonal_gained", "lsuv", "spectral_radius"),
]
SIGMAS = ["1e-4", "1e-3", "1e-2", "3e-2", "1e-1", "3e-1", "1", "3"]
NORMED = [*(f"sigma_{s}" for s in SIGMAS), "he_normal"]
CONSTANTS = ["zeros", "constant_0.1", "ones"]
Cell = tuple[str, str, int]  # net without its depth, init, depth


def cells(kinds: Iterable[str], depths: Iterable[int], inits: Iterable[str]) -> list[Cell]:
    """Return every net of these kinds and depths with every init."""
    return [(kind, init, depth) for kind, depth, init in itertools.product(kinds, depths, inits)]


MLPS = [f"mlp_{name}" for name in SHARES]
BENT = ["mlp_relu", "mlp_tanh"]
KICKED = cells(BENT, [10], ["normal_0.01", "zeros"])
FIXED = ["normal_0.01", "normal_1", "default_zero_bias", "he_normal", "xavier_normal", "lsuv"]
GRID = {
    "mlp_depth": cells(MLPS, [3, 10, 30], BED) + cells(BENT, [1, 3, 10, 30], ["zeros"]),
    "mlp_default": [
        *cells(BENT, [3, 10, 30], ["default"]),
        *cells(["mlp_relu"], [3, 10, 30], ["he_normal_random_bias"]),
        *cells(["mlp_tanh"], [3, 10, 30], ["xavier_normal_random_bias"]),
    ],
    "mlp_small": cells(BENT, [3, 10, 30], ["normal_0.001"]),
    "mlp_adam": cells(["mlp_relu"], [3, 10, 30], ["normal_0.01", "he_normal"]),
    "mlp_sixty": [
        *cells(["mlp_relu"], [60], ["default_zero_bias", "default", "he_normal"]),
        *cells(["mlp_tanh"], [60], ["default_zero_bias", "default", "xavier_normal"]),
    ],
    "mlp_variants": cells(
        [f"mlp_{name}" for name in ("leaky_relu_0.2", "elu", "gelu", "silu")],
        [30],
        ["he_normal", "xavier_normal", "he_gained"],
    ),
    "mlp_uniform": cells(BENT, [10], ["xavier", "he"]),
    "mlp_uniform_start": cells(BENT, [10], ["xavier", "he", "xavier_normal", "he_normal"]),
    "mlp_sigmoid": [
        *cells(["mlp_sigmoid"], [2, 5], ["xavier_normal", "xavier_gain_4", "lsuv", "he_normal"]),
        *cells(["mlp_sigmoid"], [10], ["xavier_gain_4"]),
    ],
    "mlp_tanh_gain": cells(["mlp_tanh"], [10, 30], ["xavier_gained", "orthogonal"]),
    "mlp_fixed_rate": cells(BENT, [3, 10, 30], FIXED),
    **{f"mlp_kick_1e-{place}": KICKED for place in (4, 3, 2, 1)},
    "ln_depth": cells(["ln", "no_ln"], [3, 10, 30], NORMED) + cells(["ln"], [3, 10, 30], CONSTANTS),
    "transformer": cells(
        [f"transformer_{norm}" for norm in ("pre", "post", "none")],
        [2, 8],
        [f"transformer_x{scale}" for scale in ("0.1", "1", "10")],
    ),
}


def luck(frame: pd.DataFrame) -> np.ndarray:
    """Return one number from −1 to 1 a run, the same in every table."""
    keys = frame.seed.to_numpy() * 7919 + frame["init"].map(len).to_numpy() * 104_729
    keys = keys + frame.depth.to_numpy() * 31
    return 2 * ((keys * 0.618_033_988_749) % 1) - 1


def product(grid: list[Cell], seeds: int, **axes: Iterable[object]) -> pd.DataFrame:
    """Return one row for each cell, seed and value of every further column."""
    rows = itertools.product(grid, range(SEED_BASE, SEED_BASE + seeds), *axes.values())
    flat = [(*cell, *rest) for cell, *rest in rows]
    frame = pd.DataFrame(flat, columns=["kind", "init", "depth", "seed", *axes])
    between = np.where(frame.kind.str.startswith("transformer"), "_l", "_d")
    name = frame.kind + between + frame.depth.astype(str)
    rows_of_images = frame.kind.str.startswith("transformer")
    return frame.assign(
        architecture=name, dataset=np.where(rows_of_images, "mnist_rows_5k", "mnist_5k")
    )


def growth(frame: pd.DataFrame) -> np.ndarray:
    """Return the log10 of the signal's size in the last layer."""
    share = frame.kind.str.removeprefix("mlp_").map(SHARES).fillna(0.5)
    factor = frame["init"].map(GAINS).fillna(2.0) * share
    logs = np.log10(factor.clip(lower=1e-9)) * frame.depth / 2
    bounded = frame.kind.isin(["mlp_tanh", "mlp_sigmoid"])
    logs = np.where(bounded, np.minimum(logs, 0.1 * frame.depth), logs)
    return np.where(frame.kind == "ln", 0.0, logs)


def accuracy(frame: pd.DataFrame) -> np.ndarray:
    """Return the final test accuracy of each run."""
    health = 4 - np.abs(growth(frame)) + 1.2 * luck(frame)
    health = health - 0.06 * frame.depth * (frame.kind == "mlp_sigmoid")
    health = np.where(frame["init"].isin(CONSTANTS), -99, health)
    scale = frame["init"].str.extract(r"transformer_x([\d.]+)", expand=False).astype(float)
    lost = frame.kind.map({"transformer_pre": 1.0, "transformer_post": 4.0}).fillna(5.5)
    mixed = 4 - lost * np.abs(np.log10(scale)) * frame.depth / 8 + luck(frame)
    health = np.where(scale.notna(), mixed, health)
    good = 1 / (1 + np.exp(-2 * np.clip(health, -50, 50)))
    return 0.1135 + 0.82 * good + 0.004 * good * luck(frame)


def tuned(frame: pd.DataFrame) -> np.ndarray:
    """Return the place of each cell's rate in the list of rates."""
    return np.clip(np.round(1.5 - growth(frame) / 2), 0, 3).astype(int)


def outcomes(grid: list[Cell], seeds: int, experiment: str) -> pd.DataFrame:
    """Return one row a run: worse at one rate for all, and freed by larger kicks."""
    frame = product(grid, seeds)
    penalty = 0.2 * (experiment == "mlp_fixed_rate") * np.minimum(np.abs(growth(frame)), 1)
    place = float(experiment.rpartition("-")[2]) if "kick" in experiment else 9.0
    score = accuracy(frame) - penalty + 0.75 / (1 + np.exp(5 * (place - 2.5 - luck(frame))))
    return frame.assign(
        test_accuracy=np.clip(score, 0.09, 1.0),
        learning_rate=np.take(RATES, tuned(frame)),
        status="done",
        steps=LAST,
        test_loss=0.1,
        predicted_classes=10,
        predicted_share=0.1,
    )


def curves(grid: list[Cell], seeds: int) -> pd.DataFrame:
    """Return test accuracies that rise to the final one, later where the signal is off."""
    frame = product(grid, seeds, epoch=EPOCHS, split=["test", "running"])
    delay = 0.4 + 0.25 * np.minimum(np.abs(growth(frame)), 6) + 0.1 * luck(frame)
    progress = (1 - np.exp(-frame.epoch / delay)) / (1 - np.exp(-5 / delay))
    end = accuracy(frame)
    return frame.assign(
        step=(79 * frame.epoch).round().astype("int32"),
        accuracy=0.1 + (end - 0.1) * progress,
        loss=2.3 - 2.2 * progress * end,
    )


def layers(grid: list[Cell], seeds: int, states: bool) -> pd.DataFrame:
    """Return gradients, scores and, if asked for, states at three moments."""
    parts = [
        part
        for depth, inside in itertools.groupby(
            sorted(grid, key=lambda cell: cell[2]), key=lambda cell: cell[2]
        )
        for part in _layers(list(inside), seeds, depth, states)
    ]
    return pd.concat(parts, ignore_index=True)


def _layers(grid: list[Cell], seeds: int, depth: int, states: bool) -> Iterator[pd.DataFrame]:
    normed = grid[0][0] in ("ln", "no_ln")
    names = [f"fc{k}" for k in range(1, depth + 2)] if normed else None
    names = names or [*(f"layers.{k}" for k in range(depth)), "final"]
    steps = [0, LAST] if normed else [0, 50, LAST]
    kinds = ["weight"] if normed else ["weight", "bias"]
    tensors = [f"{name}.{kind}" for name in (names[:1] if normed else names) for kind in kinds]
    norms = product(grid, seeds, step=steps, layer=tensors)
    place = norms.layer.str.extract(r"(\d+)", expand=False).astype(float).fillna(depth)
    gone = np.where(norms.layer.str.endswith("bias"), 1 - place / depth, 1.0)
    bend = luck(norms) * place / (100 + 9 * norms["init"].map(len))
    size = np.clip(growth(norms) * gone * (1 - norms.step / 600), -40, 40) + luck(norms) / 4 + bend
    empty = norms["init"] == "zeros"
    yield norms.assign(quantity="gradient_norm", index=0, value=np.where(empty, 0, 10**size))
    tried = product(grid, seeds, index=range(4)).assign(step=0, layer="tuning")
    off = np.abs(tried["index"] - tuned(tried)) + 0.3
    score = np.clip(0.9 - 0.2 * off + 0.01 * tried.depth, 0.1, 1.0)
    yield tried.assign(quantity="score", value=score)
    yield tried.assign(quantity="rate", value=np.take(RATES, tried["index"]))
    if states:
        yield from _states(product(grid, seeds, step=steps, layer=names[:-1]))


def _states(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    place = (frame.layer.str.extract(r"(\d+)", expand=False).astype(int) + 1) / frame.depth
    size = np.clip(growth(frame) * place, -40, 40)
    large = np.clip(0.2 + size / 4, 0, 1) * (0.8 + luck(frame) / 5)
    bounded = frame.kind.isin(["mlp_tanh", "mlp_sigmoid"])
    quantities = {
        "rms": np.where(bounded, np.minimum(10**size, 1), 10**size),
        "saturated_share": large,
        "dead_share": np.where(frame.kind == "mlp_relu", np.clip(-size / 8, 0, 1), 0),
    }
    for name, value in quantities.items():
        yield frame.assign(quantity=name, index=0, value=value)


KEPT = {
    "curves": ["seed", "step", "epoch", "split", "loss", "accuracy"],
    "layers": ["seed", "step", "layer", "quantity", "index", "value"],
    "outcomes": [
        *("seed", "status", "learning_rate", "steps", "test_loss", "test_accuracy"),
        *("predicted_classes", "predicted_share"),
    ],
}


def build_depth(folder: Path, seeds: int = 6) -> Path:
    """Write the tables of the beds depth and layer_norm below `folder` with the collected types."""
    for name, grid in GRID.items():
        (folder / name).mkdir(parents=True)
        tables = {
            "curves": curves(grid, seeds),
            "layers": layers(grid, seeds, states=name == "mlp_depth"),
            "outcomes": outcomes(grid, seeds, name),
        }
        for table, frame in tables.items():
            identity = ["dataset", "architecture", "init"]
            kept = frame[[*identity, *KEPT[table]]]
            kept.astype(dict.fromkeys(identity, "category")).to_parquet(
                folder / name / f"{table}.parquet"
            )
    return folder
