"""Document B's recipes for recurrent layers: weights of an RNN, bias of an LSTM (B54, B56, B57)."""

import math
from typing import TYPE_CHECKING

import numpy as np

from initbench.checks._draws import furthest, global_stream
from initbench.checks._registry import Measurement, check
from initbench.checks.laws import p_measured
from initbench.datasets import FIRST_SEED
from initbench.datasets._source import Points

if TYPE_CHECKING:
    from torch import Tensor, nn

INPUTS, HIDDEN = 32, 64
SEEDS = range(FIRST_SEED, FIRST_SEED + 40)
LAYERS = f"{len(SEEDS)} layers of {INPUTS} inputs and {HIDDEN} hidden units"
FORGET = 1  # position of the forget gate among input, forget, cell and output


def _recipe(seed: int) -> "nn.RNN":
    """Return an RNN after the document's two calls (document B, section 2.4.3)."""
    from torch import nn

    from initbench.seeds import torch_stream

    with global_stream(seed, "rnn"):
        rnn = nn.RNN(INPUTS, HIDDEN)
    inputs, hidden = (torch_stream(seed, "weight", name) for name in ("input", "hidden"))
    nn.init.xavier_normal_(rnn.get_parameter("weight_ih_l0"), generator=inputs)
    nn.init.orthogonal_(rnn.get_parameter("weight_hh_l0"), generator=hidden)
    return rnn


def _weights(name: str) -> Points:
    """Return the weights (seeds, hidden, in) called `name` of the recipe's RNNs."""
    weights: Points = np.stack([_recipe(seed).state_dict()[name].numpy() for seed in SEEDS])
    return weights


@check("B54", "b54_attributes")
def attributes() -> Measurement:
    """Return how many of the two named weights an RNN has, in the shapes that the recipe needs."""
    shapes = {"weight_ih_l0": (HIDDEN, INPUTS), "weight_hh_l0": (HIDDEN, HIDDEN)}
    found = _recipe(FIRST_SEED).state_dict()
    count = sum(name in found and found[name].shape == shape for name, shape in shapes.items())
    return Measurement(count, 2, 0, f"{' and '.join(shapes)} of nn.RNN")


@check("B54", "b54_recurrent_gram")
def recurrent_gram() -> Measurement:
    """Return the largest entry of |W W^T - I| of the recurrent weights, in single precision."""
    weights = _weights("weight_hh_l0")
    gap = np.abs(weights @ weights.transpose(0, 2, 1) - np.eye(HIDDEN)).max()
    return Measurement(float(gap), 0, 1e-5, LAYERS)


@check("B54", "b54_input_std")
def input_std() -> Measurement:
    """Return the sample standard deviation of the input weights over sqrt(2 / (in + hidden))."""
    std = _weights("weight_ih_l0").std(dtype=np.float64)
    return Measurement(std / math.sqrt(2 / (INPUTS + HIDDEN)), 1, 0.02, LAYERS)


def _lstm(seed: int) -> "nn.LSTM":
    """Return an LSTM as torch makes it: all weights and both biases U(+-1/sqrt(hidden))."""
    from torch import nn

    with global_stream(seed, "lstm"):
        return nn.LSTM(INPUTS, HIDDEN)


def _set_gate(lstm: "nn.LSTM", gate: int, value: float) -> None:
    """Set one gate's slice of the input bias in place, as the document's line does."""
    from torch import nn

    bias = lstm.get_parameter("bias_ih_l0")
    nn.init.constant_(bias[gate * HIDDEN : (gate + 1) * HIDDEN], value)


def retention(lstm: "nn.LSTM", seed: int) -> "Tensor":
    """Return which share of its cell (8, hidden) an LSTM keeps over one step, in float64.

    That is the difference that a full instead of an empty cell makes to the next cell state.
    """
    import torch

    from initbench.seeds import torch_stream

    lstm = lstm.double()
    noise = torch_stream(seed, "noise")
    x = torch.randn(1, 8, INPUTS, dtype=torch.float64, generator=noise)
    h = torch.randn(1, 8, HIDDEN, dtype=torch.float64, generator=noise)
    with torch.no_grad():
        cells = (torch.ones_like(h), torch.zeros_like(h))
        full, empty = (lstm(x, (h, cell))[1][1] for cell in cells)
    share: Tensor = (full - empty)[0]
    return share


@check("B56", "b56_open", bias=50.0, kept=1)
@check("B56", "b56_shut", bias=-50.0, kept=0)
def slice_decides(bias: float, kept: int) -> Measurement:
    """Return the retention furthest from `kept` when slice h:2h of the bias is `bias`."""
    shares = []
    for seed in SEEDS:
        lstm = _lstm(seed)
        _set_gate(lstm, FORGET, bias)
        shares += retention(lstm, seed).flatten().tolist()
    return Measurement(furthest(shares, kept), kept, 1e-6, f"{LAYERS}, slice set to {bias:g}")


@check("B56", "b56_other_slices")
def other_slices() -> Measurement:
    """Return the largest change of the retention when the other three slices are set to 50."""
    worst = 0.0
    for seed in SEEDS:
        before = retention(_lstm(seed), seed)
        lstm = _lstm(seed)
        for gate in {0, 1, 2, 3} - {FORGET}:
            _set_gate(lstm, gate, 50.0)
        worst = max(worst, float((retention(lstm, seed) - before).abs().max()))
    return Measurement(worst, 0, 1e-6, f"{LAYERS}, slices of the other gates set to 50")


def _forget_biases() -> tuple[Points, Points]:
    """Return bias_ih and bias_hh (seeds, hidden) of the forget gate after the document's line."""
    pairs = []
    for seed in SEEDS:
        lstm = _lstm(seed)
        _set_gate(lstm, FORGET, 1.0)
        biases = (lstm.state_dict()[name].double().numpy() for name in ("bias_ih_l0", "bias_hh_l0"))
        pairs.append([bias[HIDDEN : 2 * HIDDEN] for bias in biases])
    set_by_line, left = np.stack(pairs, axis=1)
    return set_by_line, left


@check("B57", "b57_written")
def written() -> Measurement:
    """Return the largest difference from 1 in the slice that the line writes."""
    bias, _ = _forget_biases()
    return Measurement(float(np.abs(bias - 1).max()), 0, 0, LAYERS)


@check("B57", "b57_effective")
def effective() -> Measurement:
    """Return the effective forget bias furthest from 1: the sum of both biases of the LSTM."""
    value = furthest(np.add(*_forget_biases()).ravel(), 1)
    return Measurement(value, 1, 0, f"{LAYERS}, bias_ih + bias_hh")


@check("B57", "b57_excess")
def excess() -> Measurement:
    """Return the largest |effective - 1| in units of 1/sqrt(hidden), the reach of torch's default.

    A value up to 1 is what the second bias, left as torch drew it, explains.
    """
    gaps = np.abs(np.add(*_forget_biases()) - 1) * math.sqrt(HIDDEN)
    return Measurement(float(gaps.max()), math.nan, math.nan, f"{LAYERS}, bias_ih + bias_hh - 1")


@check("B57", "b57_ks_p")
def uniform_excess() -> Measurement:
    """Return the p-value of a Kolmogorov-Smirnov test of the excess against that uniform law."""
    from scipy.stats import kstest, uniform

    gaps = (np.add(*_forget_biases()) - 1).ravel() * math.sqrt(HIDDEN)
    return p_measured(float(kstest(gaps, uniform(-1, 2).cdf).pvalue), LAYERS)
