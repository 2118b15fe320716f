"""Made-up tables that follow theory, but for deviations that are planted in known places."""

from collections.abc import Mapping
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from initbench.figures.theory.signal import INITS, SHOWN, state_moments, variances_of
from initbench.theory import ginibre, lyapunov, mean_field, spectra

SEED_BASE = 2_000_000
LAYERS = [*range(1, 11), *range(15, 51, 5)]
LAWS = {
    "second_moment": state_moments,
    "state_gradient_rms": mean_field.gradient_rms,
    "correlation": mean_field.correlations,
}
PLANTED = {"second_moment": 1.031, "state_gradient_rms": 0.93, "correlation": 1.01}  # layer 7
RANK_SHIFT = 0.02  # of the tenth singular value of five layers
SIZES = (2, 3, 5, 10, 20, 100)
SLOPE, GROWTH, RADIUS = 1.05, 1.004, 1.2  # factors off theory at k = 5
PROBE = ["init", "activation", "width", "variant", "seed", "layer", "quantity", "index", "value"]


def stray(seeds: int) -> np.ndarray:
    """Return one factor a draw, whose median is 1."""
    return 1 + np.linspace(-0.1, 0.1, seeds) if seeds > 1 else np.ones(1)


def signal(seeds: int) -> pd.DataFrame:
    """Return nets of two widths: the wide ones follow theory, the narrow ones are twice as large.

    Tanh with He's init is off at layer 7.
    """
    parts = []
    for quantity, activation, init in product(LAWS, SHOWN, INITS):
        if (activation, init) == ("sigmoid", "critical"):
            continue
        values = LAWS[quantity](activation, *variances_of(activation, init), 50)
        values = values[np.array(LAYERS) - 1].copy()
        if (activation, init) == ("tanh", "he_normal"):
            values[LAYERS.index(7)] *= PLANTED[quantity]
        for width, (seed, factor) in product((16, 256), enumerate(stray(seeds))):
            scale = (2 if width == 16 else 1) * (1 if quantity == "correlation" else factor)
            cell = {"activation": activation, "init": init, "quantity": quantity, "width": width}
            frame = pd.DataFrame({"layer": LAYERS, "value": scale * values})
            parts.append(frame.assign(**cell, seed=SEED_BASE + seed, variant="square", index=0))
    return pd.concat(parts, ignore_index=True)[PROBE]


def singular_values(seeds: int, width: int = 64) -> pd.DataFrame:
    """Return spectra that follow their laws, but for one rank of five layers."""
    above = (np.arange(width) + 0.5) / width
    parts = []
    for factors, init, (seed, factor) in product(
        (1, 2, 5, 10), ("lecun_normal", "orthogonal"), enumerate(stray(seeds))
    ):
        share = above.copy()
        share[9] += RANK_SHIFT * (factors == 5)
        law = spectra.product_quantile(1 - share, factors) if init == "lecun_normal" else 1.0
        frame = pd.DataFrame({"index": np.arange(width), "value": law * factor})
        cell = {"init": init, "layer": factors, "quantity": "singular_value", "width": width}
        parts.append(frame.assign(**cell, seed=SEED_BASE + seed, activation="", variant=""))
    return pd.concat(parts, ignore_index=True)[PROBE]


def draws(count: int) -> pd.DataFrame:
    """Return draws of random matrices that follow theory, but at k = 5, and those of document C."""
    parts = [ensemble(f"gaussian_{size}", size, count) for size in SIZES]
    return pd.concat([*parts, ensemble("document_c", 5, count)], ignore_index=True)


def ensemble(name: str, size: int, count: int) -> pd.DataFrame:
    """Return the draws of one ensemble."""
    planted = name == "gaussian_5"
    rank = (np.arange(count) + 0.5) / count
    swing = np.linspace(-1, 1, count) if count > 1 else np.zeros(1)
    rho = np.sqrt(size) * (RADIUS if planted else 1) * np.exp(0.3 * swing)
    fewer = np.where(rank < ginibre.all_real(size), size, size % 2)
    step = float(lyapunov.growth(size)) + np.log(GROWTH) * planted
    spread = np.sqrt(50 * float(lyapunov.growth_variance(size)))
    wave = swing / swing.std(ddof=1) if count > 1 else swing
    log_ratio = -0.1 - np.arange(count) / count
    columns: Mapping[str, object] = {
        "rho": rho,
        "rho_second": rho * np.exp(log_ratio),
        "real_eigenvalues": fewer,
        "angle_slope": log_ratio * (SLOPE if planted else 1),
        "angle_theory": log_ratio,
        "untied_log_growth_50": 50 * step + spread * wave,
        "untied_normalised_log_growth_50": 50 * (step - np.log(rho).mean()) + wave,
    }
    frame = pd.DataFrame({"draw": np.arange(count), **columns})
    return frame.assign(ensemble=name, size=size, dominant="real")


def write_probe(folder: Path, name: str, frame: pd.DataFrame) -> None:
    """Write the table of a probe below `folder` with the types of a collected one."""
    texts = dict.fromkeys(["init", "activation", "variant", "quantity"], "category")
    (folder / "probes").mkdir(parents=True, exist_ok=True)
    typed = frame.astype({**texts, "width": "int32", "layer": "int32", "index": "int32"})
    typed.to_parquet(folder / "probes" / f"{name}.parquet")


def build_theory(folder: Path, seeds: int = 5, count: int = 400) -> Path:
    """Write the tables that the figures of theory read below `folder`."""
    write_probe(folder, "signal", signal(seeds))
    write_probe(folder, "spectra", singular_values(seeds))
    found = draws(count).astype({"ensemble": "category", "size": "int32"})
    (folder / "matrices").mkdir(parents=True, exist_ok=True)
    found.to_parquet(folder / "matrices" / "draws.parquet")
    return folder
