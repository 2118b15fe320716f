"""What document B's LayerNorms make of their signals once the net has been trained (B67)."""

from functools import cache
from typing import TYPE_CHECKING

from initbench.checks._draws import furthest
from initbench.checks._registry import Measurement, check
from initbench.checks.layer_norm import NET, TOLERANCE
from initbench.checks.simple_net import built, inputs
from initbench.datasets import FIRST_SEED

if TYPE_CHECKING:
    from torch import Tensor

    from initbench.architectures._feedforward import Feedforward

STEPS, RATE, CLASSES = 50, 0.1, 10
LAYERS = (1, 2)
BED = (
    f"100-100-100-10 from PyTorch's default after {STEPS} steps of gradient descent at rate "
    f"{RATE:g} on all 1000 Gaussian samples, both LayerNorms"
)


def _labels(x: "Tensor") -> "Tensor":
    """Return the class (n,) of each sample: where a fixed random linear map is largest."""
    import torch

    from initbench.seeds import torch_stream

    teacher = torch.randn(x.shape[1], CLASSES, generator=torch_stream(FIRST_SEED, "data", "labels"))
    return (x @ teacher).argmax(dim=1)


@cache
def _trained(steps: int = STEPS) -> "Feedforward":
    """Return the net after `steps` steps on the cross-entropy of all samples."""
    from torch.nn.functional import cross_entropy
    from torch.optim import SGD

    net, x = built("default", NET), inputs()
    optimizer, labels = SGD(net.parameters(), RATE), _labels(x)
    for _ in range(steps):
        optimizer.zero_grad()
        cross_entropy(net(x), labels).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return net


def _outputs(net: "Feedforward", *, affine: bool) -> list["Tensor"]:
    """Return what each LayerNorm (1000, 100) passes to its ReLU, or that before the affine part."""
    import torch
    from torch.nn.functional import layer_norm

    found, x = [], inputs()
    with torch.no_grad():
        for k in LAYERS:
            norm, x = net.get_submodule(f"ln{k}"), net.get_submodule(f"fc{k}")(x)
            found.append(norm(x) if affine else layer_norm(x, (x.shape[1],)))
            x = norm(x).relu()
    return found


@check("B67", "b67_trained_mean", affine=True)
@check("B67", "b67_trained_normalised_mean", affine=False)
def mean_after_training(*, affine: bool) -> Measurement:
    """Return the mean over features furthest from 0, over samples and LayerNorms."""
    means = (float(m) for output in _outputs(_trained(), affine=affine) for m in output.mean(dim=1))
    return Measurement(furthest(means, 0), 0, TOLERANCE, _detail(affine))


@check("B67", "b67_trained_std", affine=True)
@check("B67", "b67_trained_normalised_std", affine=False)
def std_after_training(*, affine: bool) -> Measurement:
    """Return the standard deviation over features furthest from 1, over samples and LayerNorms."""
    outputs = _outputs(_trained(), affine=affine)
    stds = (float(s) for output in outputs for s in output.std(dim=1, correction=0))
    return Measurement(furthest(stds, 1), 1, TOLERANCE, _detail(affine))


def _detail(affine: bool) -> str:
    return f"{BED}, {'after' if affine else 'before'} the affine part and before the ReLU"
