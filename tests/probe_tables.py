"""Made-up tables of the probes at initialization, for the figures: the same each time."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

SEED_BASE = 2_000_000
COLUMNS = ["init", "activation", "width", "variant", "seed", "layer", "quantity", "index", "value"]
ACTIVATIONS = {  # factor of the second moment under weights of variance 1/fan-in
    **{"identity": 1.0, "tanh": 0.9, "sigmoid": 0.8, "relu": 0.5, "leaky_relu_0.01": 0.5},
    **{"leaky_relu_0.2": 0.52, "elu": 0.7, "gelu": 0.35, "silu": 0.3},
}
VARIANCES = {  # of the weights times the fan-in, at width 64
    **{"normal_0.01": 0.0064, "normal_1": 64.0, "default": 0.37, "default_zero_bias": 1 / 3},
    **{"lecun_normal": 1.0, "xavier_normal": 1.0, "he_normal": 2.0, "he_gained": 1.9},
    **{"orthogonal": 1.0, "orthogonal_gained": 1.8, "lsuv": 1.5, "spectral_radius": 0.95},
    **{"critical": 1.1, "normal_0.1768": 2.0},
}
PLAIN = [
    *("normal_0.01", "normal_1", "default_zero_bias", "default", "xavier_normal", "he_normal"),
    "orthogonal",
]
STDS = {"default": 0.5, "xavier_normal": 0.8, "he_normal": 1.4, "normal_0.01": 0.1, "normal_1": 30}


def rows(seeds: int, **axes: object) -> pd.DataFrame:
    """Return one row for each seed and value of every axis."""
    every = {
        name: values if isinstance(values, list) else [values] for name, values in axes.items()
    }
    flat = itertools.product(*every.values(), range(SEED_BASE, SEED_BASE + seeds))
    return pd.DataFrame(flat, columns=[*every, "seed"])


def luck(frame: pd.DataFrame) -> np.ndarray:
    """Return one number from −1 to 1 a net, the same in every row of it."""
    keys = frame.seed.to_numpy() * 7919 + frame.width.to_numpy() * 31
    keys = keys + frame["init"].map(len).to_numpy() * 104_729
    return 2 * ((keys * 0.618_033_988_749) % 1) - 1


def propagation(
    inits: list[str], seeds: int, activations: list[str], widths: list[int], depth: int
) -> pd.DataFrame:
    """Return what the measurement of propagation might see in square nets."""
    layers = [k for k in range(1, depth + 1) if k <= 10 or k % 5 == 0]
    axes = {"init": inits, "activation": activations, "width": widths, "variant": "square"}
    frame = rows(seeds, **axes, layer=layers)
    factor = frame["init"].map(VARIANCES) * frame.activation.map(ACTIVATIONS)
    stray = luck(frame) * np.sqrt(frame.layer / frame.width)
    moment = 0.9 * factor**frame.layer * np.exp(3 * stray)
    back = factor ** ((depth - frame.layer) / 2) * np.exp(stray) / 16
    soft = frame.width / (1 + frame.layer / 5) * (1 + stray / 20)
    silent = np.where(frame.activation == "relu", 0.5 + stray / 20, 0.0)
    quantities = {
        "second_moment": np.where(frame.activation == "tanh", np.tanh(moment), moment),
        "variance": moment * np.where(frame.activation == "sigmoid", 0.1**frame.layer, 0.8),
        "state_gradient_rms": back,
        "weight_gradient_norm": back * np.sqrt(moment * frame.width),
        "zero_share": silent,
        "dead_share": silent / 4,
        "saturated_share": np.where(silent > 0, 0.0, np.tanh(frame["init"].map(VARIANCES) / 9)),
        "correlation": 1 - 0.5 * np.exp(-frame.layer / 20) * (1 + stray / 9),
        "participation": np.maximum(soft, 1.0),
    }
    parts = [frame.assign(quantity=name, value=value) for name, value in quantities.items()]
    return pd.concat(parts, ignore_index=True)


def shapes(seeds: int) -> pd.DataFrame:
    """Return gradients of nets of three shapes."""
    inits, activations = ["orthogonal", "orthogonal_gained", "xavier_normal"], ["identity", "tanh"]
    square = propagation(inits, seeds, [*activations, "relu"], [16], 50)
    return pd.concat(
        [square.assign(variant=name) for name in ("square", "growing", "shrinking")],
        ignore_index=True,
    )


def simple_net(seeds: int) -> pd.DataFrame:
    """Return means and stds of three layers, and histograms of the first seed."""
    return pd.concat(_simple_net(seeds), ignore_index=True)


def _simple_net(seeds: int) -> Iterator[pd.DataFrame]:
    axes = {"init": list(STDS), "activation": "relu", "width": 100, "variant": ["default", "zero"]}
    frame = rows(seeds, **axes, layer=[1, 2, 3])
    std = frame["init"].map(STDS) * 0.8**frame.layer * (1 + luck(frame) / 10)
    yield frame.assign(quantity="std", value=std)
    yield frame.assign(quantity="mean", value=std * luck(frame) / 5)
    first = frame[frame.seed == SEED_BASE]
    yield first.assign(quantity="hist_low", value=-4 * std)
    yield first.assign(quantity="hist_high", value=4 * std)
    for index, place in enumerate(np.linspace(-3.92, 3.92, 50)):
        count = np.round(1000 * np.exp(-(place**2) / 2))
        yield first.assign(quantity="hist_count", index=index, value=count)


def conv_borders(seeds: int, image: int = 16) -> pd.DataFrame:
    """Return second moments of regions over ten layers, and maps of three of them."""
    inits = ["xavier_normal", "he_normal", "delta_orthogonal", "dirac"]
    loss = {"interior": 0.02, "edge": 0.3, "corner": 0.6, "centre": 0.0}
    frame = rows(seeds, init=inits, width=16, variant=list(loss), layer=list(range(1, 11)), index=0)
    keeps = frame["init"].isin(["delta_orthogonal", "dirac"])
    kept = np.exp(-frame.layer * np.where(keeps, 0, frame.variant.map(loss)))
    moments = frame.assign(quantity="second_moment", value=kept * (1 + luck(frame) / 20))
    pixels = list(range(image**2))
    frame = rows(seeds, init=inits, width=16, variant="", layer=[1, 5, 10], index=pixels)
    row, column = np.divmod(frame["index"], image)
    near = np.minimum.reduce([row, column, image - 1 - row, image - 1 - column])
    keeps = frame["init"].isin(["delta_orthogonal", "dirac"])
    kept = np.where(keeps, 1.0, 1 - np.exp(-(near + 1.0) / frame.layer))
    both = pd.concat([moments, frame.assign(quantity="map", value=kept)], ignore_index=True)
    he = both["init"] == "he_normal"
    doubled = both.value.where(~he, 2 * both.value)
    return both.assign(activation=np.where(he, "relu", "identity"), value=doubled)


def lsuv_report(seeds: int) -> pd.DataFrame:
    """Return variances before and after LSUV, and its factors, for inputs of three sizes."""
    names = ["identity", "tanh", "sigmoid", "relu", "elu", "gelu", "silu"]
    axes = {"init": "lsuv", "activation": names, "width": 64, "variant": ["0.1", "1", "10"]}
    frame = rows(seeds, **axes, layer=list(range(1, 21)))
    scale, factor = frame.variant.astype(float), frame.activation.map(ACTIVATIONS)
    lucky = luck(frame)
    first = np.where(frame.layer == 1, 1 / scale, 1.0)
    quantities = {
        "variance_before": scale**2 * factor**frame.layer,
        "variance_calibration": 1 + 0.01 * lucky,
        "variance_heldout": 1 + 0.005 * frame.layer * lucky,
        "scale_factor": first / np.sqrt(np.where(frame.layer == 1, 1.0, factor)),
    }
    parts = [frame.assign(quantity=name, value=value) for name, value in quantities.items()]
    return pd.concat(parts, ignore_index=True)


def probes(seeds: int) -> dict[str, pd.DataFrame]:
    """Return the table of each probe."""
    every = [init for init in VARIANCES if init != "normal_0.1768"]
    four = ["identity", "tanh", "sigmoid", "relu"]
    wide = [16, 64, 256, 1024]
    return {
        "signal": propagation(every, min(seeds, 3), list(ACTIVATIONS), [2, 16, 64, 256], 50),
        "signal_w100": propagation(PLAIN, seeds, four, [100], 20),
        "signal_shapes": shapes(seeds),
        "signal_widths": propagation(["normal_0.1768", "he_normal"], seeds, ["relu"], wide, 10),
        "simple_net": simple_net(seeds),
        "conv_borders": conv_borders(seeds),
        "lsuv_report": lsuv_report(seeds),
    }


def build_probes(folder: Path, seeds: int = 7) -> Path:
    """Write the probes' tables below `folder` with the types of the collected ones."""
    (folder / "probes").mkdir(parents=True, exist_ok=True)
    texts = dict.fromkeys(["init", "activation", "variant", "quantity"], "category")
    for name, frame in probes(seeds).items():
        whole = frame.assign(index=frame.get("index", 0)).fillna({"index": 0})[COLUMNS]
        types = {"width": "int32", "layer": "int32", "index": "int32", "value": "float64", **texts}
        whole.astype(types).to_parquet(folder / "probes" / f"{name}.parquet")
    return folder
