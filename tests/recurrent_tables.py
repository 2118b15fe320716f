"""Made-up tables of recurrent, residual, convolutional, sine and output nets, for the figures."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd

SEED_BASE = 2_000_000
IDENTITY = ["dataset", "architecture", "init"]
MEMORY = {  # what an init is worth to a recurrent net, from 0 to 1
    **{"recurrent_default": 0.45, "recurrent_normal": 0.05, "recurrent_xavier": 0.4},
    **{"recurrent_orthogonal": 0.9, "recurrent_orthogonal_gates": 0.8, "recurrent_identity": 0.7},
    **{"forget_bias_-1": 0.2, "forget_bias_0": 0.5, "forget_bias_1": 0.8, "forget_bias_2": 0.95},
}
PLAIN = [f"recurrent_{n}" for n in ("default", "normal", "xavier", "orthogonal", "identity")]
GATED = ["recurrent_default", "recurrent_orthogonal", "recurrent_orthogonal_gates"]
CELLS = {"rnn": PLAIN, "lstm": [*GATED, *(n for n in MEMORY if n[0] == "f")], "gru": GATED}
BRANCHES = {"he": 0.1, "scaled": 0.85, "small": 0.7, "zero_last": 0.95, "fixup": 0.9}
KERNELS = {"he_normal": 0.97, "xavier_normal": 0.95, "orthogonal_gained": 0.96, "normal_0.01": 0.6}
SINES = {  # final mean squared error
    **{"siren_own": 4e-4, "default": 0.04, "xavier_normal": 0.01, "he_normal": 0.006},
    "normal_0.01": 0.09,
}
SHARES = {"imbalanced_99_1": [0.99, 0.01], "long_tail_10": list(100 ** -np.linspace(0, 1, 10))}
Cells = list[tuple[str, str, str]]


def product(cells: Cells, seeds: int, **axes: list[object]) -> pd.DataFrame:
    """Return one row for each cell, seed and value of every further column."""
    seeded = range(SEED_BASE, SEED_BASE + seeds)
    flat = [(*cell, *rest) for cell, *rest in itertools.product(cells, seeded, *axes.values())]
    return pd.DataFrame(flat, columns=[*IDENTITY, "seed", *axes])


def luck(frame: pd.DataFrame) -> pd.Series:
    """Return one number from -1 to 1 a run, the same in every table."""
    keys = frame.seed * 7919 + frame["init"].map(len) * 104_729 + frame.architecture.map(len) * 31
    return 2 * ((keys * 0.618_033_988_749) % 1) - 1


def run(cells: Cells, seeds: int, steps: list[int], end: pd.Series) -> dict[str, pd.DataFrame]:
    """Return curves and outcomes whose cells, in their order, end near the scores `end`."""
    curves = product(cells, seeds, step=steps).assign(split="test")
    score = _ends(curves, end)
    progress = 1 - np.exp(-4 * curves.step / max(steps))
    curves["accuracy"] = 0.1 + (score - 0.1) * progress
    curves["loss"] = (1 - score) ** 2 / 2 + 0.3 * (1 - progress)
    last = product(cells, seeds)
    score = _ends(last, end)
    ended = last.assign(test_accuracy=score, test_loss=(1 - score) ** 2 / 2 + 1e-4)
    return {"curves": curves.assign(epoch=curves.step / 79), "outcomes": ended}


def _ends(frame: pd.DataFrame, end: pd.Series) -> pd.Series:
    cells = pd.MultiIndex.from_frame(frame[IDENTITY])
    return (end.reindex(cells).to_numpy() + 0.04 * luck(frame)).clip(0.1, 0.995)


def memory(task: str, steps: int, seeds: int) -> dict[str, pd.DataFrame]:
    """Return what a task of memory might give; longer sequences are harder."""
    name = {"recall": f"delayed_recall_{steps}", "rows": "mnist_rows_5k"}.get(
        task, f"{task}_{steps}"
    )
    cells = [(name, f"{cell}_{task}", init) for cell, inits in CELLS.items() for init in inits]
    worth = {
        cell: 0.12 + 0.88 * MEMORY[cell[2]] ** (steps / 30) + 0.05 * (cell[1][0] != "r")
        for cell in cells
    }
    return run(cells, seeds, list(range(0, 401, 20)), pd.Series(worth))


def residual(seeds: int) -> dict[str, pd.DataFrame]:
    """Return what residual nets might give; the deeper, the more their branches matter."""
    nets = [("residual", f"residual_{name}", worth) for name, worth in BRANCHES.items()]
    nets.append(("residual_rezero", "residual_rezero", 0.93))
    nets += [("residual", "xavier_normal", 0.5), ("residual", "normal_0.01", 0.2)]
    worth = {
        ("mnist_5k", f"{net}_b{blocks}", init): 0.95 * worth ** (blocks / 64)
        for (net, init, worth), blocks in itertools.product(nets, (4, 16, 64))
    }
    return run(list(worth), seeds, list(range(0, 396, 20)), pd.Series(worth))


def convolutional(seeds: int) -> dict[str, pd.DataFrame]:
    """Return what convolutional nets of two depths might give."""
    worth = {
        ("mnist_5k", f"cnn_d{depth}", init): score ** (depth / 3)
        for (init, score), depth in itertools.product(KERNELS.items(), (3, 8))
    }
    return run(list(worth), seeds, [0, 200, 395], pd.Series(worth))


def sines(seeds: int) -> dict[str, pd.DataFrame]:
    """Return what fits of a signal might give; one run diverges."""
    cells = [("siren_1d", "siren", init) for init in SINES]
    curves = product(cells, seeds, step=list(range(0, 1001, 50))).assign(split="test", epoch=0.0)
    end = curves["init"].map(SINES) * np.exp(0.3 * luck(curves))
    curves["loss"] = end + 0.3 * np.exp(-curves.step / 150)
    last = product(cells, seeds).assign(test_accuracy=0.5)
    loss = last["init"].map(SINES) * np.exp(0.3 * luck(last))
    broken = (last["init"] == "normal_0.01") & (last.seed == SEED_BASE)
    return {
        "curves": curves.assign(accuracy=0.5),
        "outcomes": last.assign(test_loss=loss.mask(broken)),
    }


def output_bias(seeds: int) -> dict[str, pd.DataFrame]:
    """Return losses that start at equal shares or at their entropy, and recalls."""
    names = {"imbalanced_99_1": "imbalanced", "long_tail_10": "long_tail"}
    inits = ["output_zero", "output_default", "output_prior"]
    cells = [
        (data, f"{net}_{short}", init)
        for (data, short), net, init in itertools.product(names.items(), ("linear", "mlp"), inits)
    ]
    curves = product(cells, seeds, step=list(range(0, 301, 10))).assign(split="test", epoch=0.0)
    prior, levels = curves["init"] == "output_prior", curves.dataset.map(_entropies())
    equal = np.log(curves.dataset.map({name: len(shares) for name, shares in SHARES.items()}))
    start = levels.where(prior, equal) * (1 + 0.02 * luck(curves))
    wait = np.where(prior, 30, 60) * (1 + 0.2 * luck(curves))
    curves["loss"] = 0.3 * levels + (start - 0.3 * levels) * np.exp(-curves.step / wait)
    parts = []
    for name, shares in SHARES.items():
        rows = [cell for cell in cells if cell[0] == name]
        found = product(rows, seeds, step=[0, 300], index=list(range(len(shares))))
        rare = found["index"] / len(shares) + 0.1 * luck(found)
        parts.append(found.assign(value=(1 - rare).clip(0, 1)))
    layers = pd.concat(parts, ignore_index=True).assign(layer="output", quantity="recall")
    return {"curves": curves.assign(accuracy=0.9), "layers": layers}


def _entropies() -> dict[str, float]:
    parts = {name: np.array(shares) / np.sum(shares) for name, shares in SHARES.items()}
    return {name: float(-(share * np.log(share)).sum()) for name, share in parts.items()}


def build_recurrent(folder: Path, seeds: int = 7) -> Path:
    """Write these tables below `folder` with the types of the collected ones."""
    experiments = {
        **{
            f"{task}_{n}": memory(task, n, seeds) for task in ("recall", "adding") for n in (20, 60)
        },
        **{"rows_28": memory("rows", 28, seeds), "residual": residual(seeds)},
        **{"cnn": convolutional(seeds), "siren": sines(seeds), "output_bias": output_bias(seeds)},
    }
    for experiment, parts in experiments.items():
        (folder / experiment).mkdir(parents=True, exist_ok=True)
        for name, frame in parts.items():
            typed = frame.astype(dict.fromkeys(IDENTITY, "category"))
            typed.to_parquet(folder / experiment / f"{name}.parquet")
    return folder
