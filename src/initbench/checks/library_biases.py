"""What biases start at in torch's own layers (B96)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from initbench.checks._draws import global_stream
from initbench.checks._registry import Measurement, check
from initbench.datasets import FIRST_SEED

if TYPE_CHECKING:
    from torch import nn

SEEDS = range(FIRST_SEED, FIRST_SEED + 20)
SIZE = 16


def _kinds() -> "dict[str, Callable[[], nn.Module]]":
    """Return a maker of each kind of layer of torch that multiplies by a weight and has a bias."""
    from torch import nn

    return {
        "linear": lambda: nn.Linear(SIZE, SIZE),
        "bilinear": lambda: nn.Bilinear(SIZE, SIZE, SIZE),
        "convolution": lambda: nn.Conv2d(SIZE, SIZE, 3),
        "transposed convolution": lambda: nn.ConvTranspose2d(SIZE, SIZE, 3),
        "recurrent": lambda: nn.RNN(SIZE, SIZE),
        "LSTM": lambda: nn.LSTM(SIZE, SIZE),
        "GRU": lambda: nn.GRU(SIZE, SIZE),
        "attention": lambda: nn.MultiheadAttention(SIZE, 2),
    }


@check("B96", "b96_kinds")
def kinds() -> Measurement:
    """Return the number of kinds of layers looked at."""
    return Measurement(len(_kinds()), float("nan"), 0, ", ".join(_kinds()))


@check("B96", "b96_zero_kinds")
def zero_kinds() -> Measurement:
    """Return the number of kinds whose biases all start at zero."""
    zero = [name for name, make in _kinds().items() if _starts_at_zero(make)]
    detail = f"kinds whose biases all start at zero: {', '.join(zero)}"
    return Measurement(len(zero), float("nan"), 0, detail)


def _starts_at_zero(make: "Callable[[], nn.Module]") -> bool:
    with global_stream(FIRST_SEED, "bias"):
        layer = make()
    biases = [value for name, value in layer.named_parameters() if "bias" in name]
    return not any(bias.any() for bias in biases)


@check("B96", "b96_forget_gate")
def forget_gate() -> Measurement:
    """Return the mean of what the forget gate's two biases add up to, over 20 LSTMs."""
    from torch import nn

    total = 0.0
    for seed in SEEDS:
        with global_stream(seed, "bias"):
            layer = nn.LSTM(SIZE, SIZE)
        parts = [value for name, value in layer.named_parameters() if "bias" in name]
        total += sum(float(part[SIZE : 2 * SIZE].detach().mean()) for part in parts)
    detail = f"mean over {len(SEEDS)} LSTMs of {SIZE} units"
    return Measurement(total / len(SEEDS), float("nan"), 0, detail)
