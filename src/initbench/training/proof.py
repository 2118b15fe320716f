"""May the seeds of a net run side by side? Shown before each training.

Lists of classes cannot know what an author writes between the layers. So stacked models are tried
with random parameters on a few random samples. Shown is that, at this point, every state and every
gradient is the plain model's to 1e-8 (in float64), and has the same bits among others as alone (in
float32). Anything less, and the models run one after another, each as torch runs it.
"""

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from initbench.architectures._feedforward import Feedforward
from initbench.training.behaviour import SAMPLES, close, examine, filled, same, still
from initbench.training.ensemble import OneByOne, stack

Way = Callable[[Sequence[Feedforward], Sequence[int]], Feedforward]

SEEDS = (0, 1)


@torch.enable_grad()
def way(blank: Feedforward, shape: Sequence[int]) -> Way:
    """Return what makes one network of models like `blank` for samples of `shape`.

    `stack` where that is shown to be right, else `OneByOne`. Raises InitbenchError for a net that
    neither trains as torch would (see `behaviour`).
    """
    if not examine(blank, shape):
        return OneByOne
    stream = torch.Generator().manual_seed(0)
    models = [filled(blank, stream) for _ in SEEDS]
    x = torch.randn(len(SEEDS), SAMPLES, *shape, generator=stream)
    try:
        with torch.random.fork_rng(devices=[]):
            return stack if _stacks(models, x) and _keeps_bits(models, x) else OneByOne
    except Exception:  # what a net cannot do stacked, or in float64, it may well do alone
        return OneByOne


def _stacks(models: Sequence[Feedforward], x: Tensor) -> bool:
    """Return whether models compute stacked what torch computes of each, in float64."""
    models, x = [copy.deepcopy(model).double() for model in models], x.double()
    stacked = stack(models, SEEDS)
    for training in (True, False):
        whole = _numbers(still(stacked, training), x)
        for k, model in enumerate(models):
            plain = _numbers(still(model, training), x[k])
            if not all(close(many[k], one) for many, one in zip(whole, plain, strict=True)):
                return False
    return True


def _keeps_bits(models: Sequence[Feedforward], x: Tensor) -> bool:
    """Return whether the last model has the same bits among the others as stacked alone."""
    whole = _numbers(still(stack(models, SEEDS), True), x)
    alone = _numbers(still(stack(models[-1:], SEEDS[-1:]), True), x[-1:])
    return same([many[-1] for many in whole], [one[0] for one in alone])


def _numbers(model: Feedforward, x: Tensor) -> list[Tensor]:
    """Return all states, and the gradients of all parameters."""
    states = [state for _, state in model.states(x)]
    parameters = [p for p in model.parameters() if p.requires_grad]
    loss = states[-1].square().sum() + states[-1].sum()
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True, materialize_grads=True)
    return [*(state.detach() for state in states), *gradients]
