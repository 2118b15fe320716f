"""Made-up measurements at initialization in which document B is right, to be changed net by net."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from itertools import product

import numpy as np
import pandas as pd

from initbench.claims.adjudicators.propagation.simple_net import INITS, PREDICTED
from synthetic import SEED_BASE, SyntheticTables

# A value for all draws and layers, or a function of layers (n,) and draws (m, 1).
Shape = float | Callable[[np.ndarray, np.ndarray], np.ndarray]
Change = Mapping[str, Shape]

ACTIVATIONS = ("identity", "tanh", "sigmoid", "relu", "elu", "gelu", "silu")
LEAKY = ("leaky_relu_0.01", "leaky_relu_0.2")
SIGNAL_INITS = ("normal_0.01", "normal_1", "default", "xavier_normal", "he_normal")
EARLY = (1, 2, 3, 5, 7, 10, 15, 20)
WIDTHS = (16, 32, 64, 128, 256, 512, 1024)
# Probe: its inits, activations, widths, variants, layers, and indices of each quantity.
GRIDS = {
    "signal": (
        (*SIGNAL_INITS, "he_gained", "lsuv"),
        (*ACTIVATIONS, *LEAKY),
        (16, 64, 256),
        ("square",),
        (*EARLY, 30, 50),
    ),
    "signal_he": (("he_normal",), ("relu",), (16, 64, 256), ("square",), (1, 10, 30)),
    "signal_w100": (
        ("normal_0.01", "normal_1", "he_normal"),
        *(ACTIVATIONS[:4], (100,), ("square",), EARLY),
    ),
    "signal_shapes": (
        ("orthogonal", "orthogonal_gained"),
        *(("identity", "tanh", "relu"), (16,), ("square", "growing", "shrinking"), (1, 10, 50)),
    ),
    "signal_widths": (
        *(("normal_0.1768", "he_normal"), ("relu",)),
        *(WIDTHS, ("square",), (1, 5, 10)),
    ),
    "lsuv_report": (("lsuv",), ACTIVATIONS, (64,), ("0.1", "1", "10"), (1, 2, 20)),
    "simple_net": (tuple(INITS.values()), ("relu",), (100,), ("default", "zero"), (1, 2, 3)),
    "conv_borders": (
        *(("xavier_normal", "he_normal", "dirac"), ("relu",), (16,)),
        *(("interior", "edge", "corner", "centre", ""), (1, 5, 10)),
    ),
}


def wobble(size: float = 1.0) -> Shape:
    """Return `size`, up to one per cent that differs between layers and draws."""
    return lambda layer, draw: size * (1 + 0.01 * np.sin(7 * layer + draw))


QUANTITIES: dict[str, Mapping[str, tuple[int, Shape]]] = {
    "signal": {
        "second_moment": (1, wobble()),
        "variance": (1, wobble()),
        "state_gradient_rms": (1, 1.0),
        "weight_gradient_norm": (1, 1.0),
        "zero_share": (1, 0.5),
        "dead_share": (1, 0.0),
        "correlation": (1, 0.9),
    },
    "lsuv_report": {name: (1, 1.0) for name in ("variance_calibration", "variance_heldout")}
    | {"scale_factor": (1, 2.0)},
    "simple_net": {"mean": (1, 0.0), "std": (1, 1.0), "hist_count": (2, 500.0)},
    "conv_borders": {"second_moment": (1, 1.0), "map": (2, 1.0)},
}


def forward(rate: float) -> Change:
    """Return a signal that grows by `rate` decades a layer."""
    shape = _power(2 * rate)
    return {"variance": shape, "second_moment": shape}


def backward(rate: float) -> Change:
    """Return a gradient that grows by `rate` decades a layer on its way back."""
    return {"state_gradient_rms": _power(-rate)}


def torn(middle: float, spread: float, of: Callable[[float], Change]) -> Change:
    """Return `of(middle ± spread)`: one for the even draws, the other for the odd ones."""
    low, high = of(middle - spread), of(middle + spread)
    return {name: either(low[name], high[name]) for name in low}


def either(low: Shape, high: Shape) -> Shape:
    """Return `low` in the even draws and `high` in the odd ones."""
    return lambda layer, draw: np.where(
        draw % 2, _shaped(high, layer, draw), _shaped(low, layer, draw)
    )


def _power(rate: float) -> Shape:
    return lambda layer, draw: 10.0 ** (rate * layer) + 0 * draw


def _deviations() -> dict[str, Change]:
    """Return standard deviations of SimpleNet that scatter by ten per cent around theory."""
    found = {}
    for name, (first, last) in PREDICTED.items():
        at = {1: first, 2: first, 3: last}
        found[f"simple_net/{INITS[name]}/*"] = {
            "std": lambda layer, draw, at=at: (
                np.array([at[k] for k in layer]) * (1 + 0.1 * np.sin(draw + 0.5))
            )
        }
    return found


USUAL: Mapping[str, Change] = {
    "*/default/*": backward(-0.24),
    "*/xavier_normal/relu/*": backward(-0.15),
    "*/he_normal/tanh/*": backward(0.15),
    "*/he_normal/sigmoid/*": backward(0.15),
    "*/normal_0.01/*": forward(-1) | backward(-1),
    "*/normal_1/*": forward(1) | backward(1),
    **{f"*/normal_0.1768/relu/{n}/*": forward(0.5 * np.log10(n / 64)) for n in WIDTHS},
    # With a constant norm the rms of a gradient follows one over the root of the width.
    "*/growing": {"state_gradient_rms": lambda layer, draw: (16 + 0.96 * layer).round() ** -0.5},
    "*/shrinking": {"state_gradient_rms": lambda layer, draw: (64 - 0.96 * layer).round() ** -0.5},
    "lsuv_report/*/0.1": {"scale_factor": lambda layer, draw: np.where(layer == 1, 20.0, 2.0)},
    "lsuv_report/*/10": {"scale_factor": lambda layer, draw: np.where(layer == 1, 0.2, 2.0)},
    "conv_borders/he_normal/*": {"second_moment": 2.0, "map": 2.0},
    **_deviations(),
}


@dataclass(frozen=True)
class World:
    """Draws of each net, and changed quantities by a pattern of its name.

    That is probe/init/activation/width/variant. Later patterns overrule earlier ones, and all of
    them the usual world.
    """

    changes: Mapping[str, Change] = field(default_factory=dict)
    draws: int = 8

    def tables(self) -> SyntheticTables:
        return _WorldTables(self)


class _WorldTables(SyntheticTables):
    def __init__(self, world: World) -> None:
        super().__init__({})
        self._read = cache(lambda name: probed(world, name.removeprefix("probes/")))


def probed(world: World, probe: str) -> pd.DataFrame:
    """Return the table of `probe` in `world`."""
    *names, layers = GRIDS[probe]
    at = np.array(layers, float), np.arange(world.draws)[:, None]
    values = [_values(world, probe, net, *at) for net in product(*names)]
    return _keys(probe, world.draws).assign(value=np.concatenate(values).ravel())


@cache
def _keys(probe: str, draws: int) -> pd.DataFrame:
    """Return all columns but the value: nets x quantities x indices x draws x layers."""
    *names, layers = GRIDS[probe]
    keys = [(key, place) for key, (n, _) in _quantities(probe).items() for place in range(n)]
    seeds = range(SEED_BASE, SEED_BASE + draws)
    rows = [
        (*net, *key, seed, layer)
        for net, key, seed, layer in product(product(*names), keys, seeds, layers)
    ]
    columns = ["init", "activation", "width", "variant", "quantity", "index", "seed", "layer"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype(dict.fromkeys(("init", "activation", "variant", "quantity"), "category"))


def _quantities(probe: str) -> Mapping[str, tuple[int, Shape]]:
    return QUANTITIES.get(probe, QUANTITIES["signal"])


def _values(
    world: World, probe: str, net: tuple[object, ...], layers: np.ndarray, draws: np.ndarray
) -> np.ndarray:
    """Return the values of one net, quantities and indices x draws x layers."""
    name = "/".join(map(str, (probe, *net)))
    found = {key: shape for key, (_, shape) in _quantities(probe).items()}
    for pattern, change in [*USUAL.items(), *world.changes.items()]:
        if fnmatch(name, pattern):
            found |= {key: shape for key, shape in change.items() if key in found}
    copies = [n for n, _ in _quantities(probe).values()]
    return np.repeat([_shaped(shape, layers, draws) for shape in found.values()], copies, axis=0)


def _shaped(shape: Shape, layers: np.ndarray, draws: np.ndarray) -> np.ndarray:
    value = shape(layers, draws) if callable(shape) else shape
    return np.broadcast_to(np.asarray(value, float), (len(draws), len(layers)))
