"""Made-up tables of random matrices in which document C is right, changed column by column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import product

import numpy as np
import pandas as pd

import synthetic
from initbench.matrices.printed_matrix import MATRIX

SIZES = (2, 3, 5, 10, 20, 50, 100)
RADIUS = 2.60359
INITS = ("spectral_radius", "xavier_normal", "he_normal", "orthogonal_gained")
CELLS = tuple(product(("identity", "tanh", "relu"), (5, 64), (10, 30)))
Change = float | np.ndarray | Callable[[int], np.ndarray]


@dataclass(frozen=True)
class World:
    """Draws a Gaussian ensemble, and changed columns by ensemble ("gaussian": all seven).

    A changed column is one value, or a function of the number of draws.
    """

    draws: int = 500
    changes: Mapping[str, Mapping[str, Change]] = field(default_factory=dict)

    def tables(self) -> synthetic.SyntheticTables:
        parts = [self.ensemble(f"gaussian_{size}", size) for size in SIZES]
        return synthetic.SyntheticTables(
            {
                "matrices/draws": pd.concat([*parts, self.ensemble("document_c", 5)]),
                "matrices/eigenvalues": eigenvalues(np.linalg.eigvals(MATRIX)),
                **usual_training(),
            }
        )

    def ensemble(self, name: str, size: int) -> pd.DataFrame:
        frame = usual(name, size, self.draws)
        for key in (name.split("_")[0], name):
            changed = {
                column: value(self.draws) if callable(value) else value
                for column, value in self.changes.get(key, {}).items()
            }
            frame = frame.assign(**changed)
        return frame


@cache
def usual(name: str, size: int, n: int) -> pd.DataFrame:
    """Return the columns of an ensemble in which one real direction decides everything."""
    rho = np.full(n, RADIUS) if name == "document_c" else np.linspace(2, 3, n)
    log_rho = np.log(rho)
    columns: dict[str, object] = {
        **{"ensemble": name, "size": size, "draw": np.arange(n), "rho": rho, "rho_second": rho / 2},
        **{"sigma_max": 4 + np.sin(np.arange(n)), "dominant": "real", "dominant_sign": 1},
        **{"start_norm": 2.0, "left_component": 0.3, "quotient_deviation": 0.0},
        **{"quotient_last": rho, "mean_quotient": 1.0, "normalised_peak": 1.0},
        **{
            "normalised_cv": 0.0,
            "misalignment": 0.0,
            "misalignment_end": 0.0,
            "signed_flips": 0,
            "steps_to_1pct": 9,
        },
        **{"angle_slope": np.log(0.5), "angle_theory": np.log(0.5), "rayleigh_error": 0.0},
        **{f"log_growth_{steps}": steps * log_rho for steps in (1, 2, 3, 4, 5, 99, 100, 300)},
        "untied_log_growth_50": 50 * log_rho,
        "untied_log_growth_300": 300 * log_rho if size <= 20 else np.nan,
        "untied_normalised_log_growth_50": np.where(np.arange(n) < 100, 0.0, np.nan),
    }
    for activation in ("tanh", "relu"):
        columns[f"{activation}_log_growth_100"] = 100 * log_rho
        columns[f"{activation}_normalised_log_growth_100"] = 0.0
    return pd.DataFrame(columns)


def eigenvalues(values: np.ndarray) -> pd.DataFrame:
    """Return the table of eigenvalues with those of the document's matrix alone."""
    return pd.DataFrame({"ensemble": "document_c", "re": values.real, "im": values.imag})


def trained(gains: Mapping[str, synthetic.Values], seeds: int = 10) -> dict[str, pd.DataFrame]:
    """Return outcomes in which spectral_radius ends `gains` above 80 %, by cell; else at 80 %.

    Nets of width 64 belong to the experiment `mlp_depth`, where no width is in their names.
    """
    names = [f"{activation}_w{width}_d{depth}" for activation, width, depth in CELLS]
    wide = [name for name in names if "_w64_" in name]
    narrow = [name for name in names if name not in wide]
    parts = {"mlp_spectral": narrow, "mlp_depth": wide}
    return {f"{part}/outcomes": _ends(cells, gains, seeds) for part, cells in parts.items()}


def _ends(cells: Sequence[str], gains: Mapping[str, synthetic.Values], seeds: int) -> pd.DataFrame:
    spread = np.linspace(0, 0.02, seeds)
    return synthetic.join(
        synthetic.outcomes(
            init,
            0.8 + spread + (np.asarray(gains.get(cell, 0.0)) if init == INITS[0] else 0.0),
            seeds,
            dataset="mnist_5k",
            architecture=f"mlp_{cell.replace('_w64', '')}",
        )
        for cell, init in product(cells, INITS)
    )


@cache
def usual_training() -> dict[str, pd.DataFrame]:
    """Return outcomes in which all inits end alike."""
    return trained({})
