"""Document B's bed in the tables: its nets by activation and depth, its runs, its panels."""

from collections.abc import Callable, Sequence

import pandas as pd

from initbench.figures.kit.frames import ROUNDING, load, pick, stacked
from initbench.figures.kit.style import label
from initbench.tables.read import Tables

DATASET = "mnist_5k"
LEVEL = 0.80  # a run that ends with this test accuracy has learned
NET = r"mlp_(?P<activation>.+)_d(?P<depth>\d+)$"
FOUR = {"relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid", "identity": "identity"}
DEPTHS = [3, 10, 30]
# What document B recommends for each activation.
MATCHED = {
    "relu": "he_normal",
    "tanh": "xavier_normal",
    "sigmoid": "xavier_normal",
    "identity": "xavier_normal",
}
# Experiments that train by the same recipe, with a rate tuned for each cell.
RECIPE = ["mlp_depth", "mlp_default", "mlp_small", "mlp_sixty", "mlp_sigmoid", "mlp_tanh_gain"]
INITS = [
    *("normal_0.001", "normal_0.01", "normal_1", "default", "default_zero_bias"),
    *("xavier_normal", "xavier_gained", "xavier_gain_4", "he_normal", "orthogonal"),
    *("orthogonal_gained", "lsuv", "spectral_radius", "zeros"),
]
BIASED = ["he_normal_random_bias", "xavier_normal_random_bias"]
RUN = ["activation", "depth", "init", "seed"]
ROW = ["architecture", "init", "seed", "split", "step", "layer", "quantity", "index"]


def trained(
    read: Callable[[str], pd.DataFrame],
    experiments: Sequence[str],
    pattern: str = NET,
    /,
    **wanted: str | Sequence[str],
) -> pd.DataFrame:
    """Return the wanted rows of all experiments, each run once, with the named parts of its net.

    The groups of `pattern` become columns; other nets are left out.
    """
    parts = [pick(load(read, name), **{"dataset": DATASET, **wanted}) for name in experiments]
    joined = stacked(parts)
    once = joined.drop_duplicates([column for column in ROW if column in joined])
    return _with_parts(once, pattern)


def _with_parts(frame: pd.DataFrame, pattern: str) -> pd.DataFrame:
    names = pd.Series(frame.architecture.unique(), dtype=str)
    parts = names.str.extract(pattern).set_index(names).dropna()
    numbers = {name: int for name in ("depth", "layers") if name in parts}
    bare = frame.drop(columns=parts.columns, errors="ignore")
    return bare.join(parts.astype(numbers), on="architecture", how="inner")


def learned(frame: pd.DataFrame, column: str = "test_accuracy") -> pd.DataFrame:
    """Return `frame` with the column `learned`: whether `column` is at least 80 %."""
    return frame.assign(learned=frame[column] >= LEVEL - ROUNDING)


def ordered(frame: pd.DataFrame, known: Sequence[str] = INITS) -> list[str]:
    """Return the inits of `frame`: the known ones in their order, then those added later."""
    found = set(frame["init"].unique())
    return [init for init in known if init in found] + sorted(found - set(known))


def nets(activations: Sequence[str], depths: Sequence[int]) -> list[str]:
    """Return the names of the bed's nets with these activations and depths."""
    return [f"mlp_{activation}_d{depth}" for activation in activations for depth in depths]


def net_name(activation: str, depth: int) -> str:
    """Return how a net is called in a heading, for instance "ReLU, depth 30"."""
    return f"{FOUR.get(activation, label(activation))}, depth {depth}"


def first_steps(curves: pd.DataFrame) -> pd.DataFrame:
    """Return one row a run: the first step with 80 % test accuracy, `reached`, or its last step."""
    test = learned(curves[curves.split == "test"], "accuracy")
    hits = test.assign(hit=test.step.where(test.learned.astype(bool)))
    steps = hits.groupby(RUN, as_index=False).agg(first=("hit", "min"), last=("step", "max"))
    reached = steps["first"].notna()
    return steps.assign(reached=reached, time=steps["first"].fillna(steps["last"]))


def gradients(
    tables: Tables, experiments: Sequence[str], kind: str, /, **wanted: str | Sequence[str]
) -> pd.DataFrame:
    """Return the gradient norm of each layer's "weight" or "bias" in the wanted nets.

    The layer is 1 for the first hidden layer and depth + 1 for the head.
    """
    norms = trained(tables.layers, experiments, quantity="gradient_norm", **wanted)
    found = norms[norms.layer.str.endswith(f".{kind}")]
    return found.assign(layer=layer_of(found))


def backward_ratio(
    tables: Tables, experiments: Sequence[str], /, **wanted: str | Sequence[str]
) -> pd.DataFrame:
    """Return the gradient of the first layer's biases over the head's, by run and step, as value.

    A bias has the gradient of its layer's sums, without the states that scale that of a weight:
    in a ReLU net without bias the weights of all layers have gradients of equal size.
    """
    norms = gradients(tables, experiments, "bias", **wanted)
    first, head = (
        norms[norms.layer == layer].set_index([*RUN, "step"])["value"].astype(float)
        for layer in (1, norms.depth + 1)
    )
    return (first / head).rename("value").reset_index()


def layer_of(frame: pd.DataFrame) -> pd.Series:
    """Return 1 for the first hidden layer of the bed's nets, and so on; depth + 1 for the head."""
    inner = frame.layer.str.extract(r"layers\.(\d+)", expand=False).astype(float) + 1
    return inner.fillna(frame.depth + 1).astype(int)


def moments(frame: pd.DataFrame) -> list[int]:
    """Return the recorded steps of `frame`, ascending."""
    return sorted(int(step) for step in frame.step.unique())
