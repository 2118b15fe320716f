"""The models of a block as one network for all seeds; an author writes plain torch layers.

Either way the parameters are (seeds, ...) under their own names, and each seed's numbers are bit
for bit those of the seed trained alone.
"""

import copy
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call

from initbench.architectures._feedforward import Feedforward
from initbench.seeds import torch_stream
from initbench.training.stackable import check_structure, side_by_side
from initbench.training.stacked import together


def stack(models: Sequence[Feedforward], seeds: Sequence[int]) -> Feedforward:
    """Return one network that runs `models` side by side on inputs (S, n, ...).

    What stands between the layers must not care for an axis in front, which `proof` tests. Raises
    InitbenchError for a module that is not known to be right when stacked.
    """
    check_structure(models[0])
    stacked = copy.deepcopy(models[0])
    for name, module in models[0].named_modules():
        if not list(module.children()):
            layers = [m.get_submodule(name) for m in models]
            stacked.set_submodule(name, side_by_side(name, layers, seeds))
    return stacked


class OneByOne(Feedforward):
    """Models of any kind, each run alone as torch runs it, with random numbers of its own."""

    def __init__(self, models: Sequence[Feedforward], seeds: Sequence[int]) -> None:
        """Copy the parameters of `models`, and keep the first to run all of them."""
        super().__init__()
        self._run = [States(models[0])]  # in a list: no part of this network
        self._streams = [torch_stream(seed, "dropout").get_state() for seed in seeds]
        for name, _ in models[0].named_parameters():
            path, _, own = name.rpartition(".")
            own_parameters = [model.get_parameter(name) for model in models]
            _holder(self, path).register_parameter(own, together(own_parameters))

    def states(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """Yield the states (S, n, ...) of the inputs (S, n, ...)."""
        self._run[0].train(self.training)
        runs = [self._alone(k, part) for k, part in enumerate(x)]
        for layer in zip(*runs, strict=True):
            yield layer[0][0], torch.stack([state for _, state in layer])

    def _alone(self, k: int, x: Tensor) -> list[tuple[str, Tensor]]:
        """Return the states of model k; from copies, for kernels may look at where numbers lie."""
        own = {f"net.{name}": p[k].clone() for name, p in self.named_parameters()}
        with torch.random.fork_rng(devices=[]):
            torch.set_rng_state(self._streams[k])
            states: list[tuple[str, Tensor]] = functional_call(self._run[0], own, (x.clone(),))
            if self.training:
                self._streams[k] = torch.get_rng_state()
        return states


class States(nn.Module):
    """A net whose output are all its states."""

    def __init__(self, net: Feedforward) -> None:
        """Wrap `net`."""
        super().__init__()
        self.net = net

    def forward(self, x: Tensor) -> list[tuple[str, Tensor]]:
        """Return the names and states of the layers."""
        return list(self.net.states(x))


def _holder(model: nn.Module, path: str) -> nn.Module:
    """Return the module at `path`, made of empty modules where there is none."""
    for part in filter(None, path.split(".")):
        if part not in dict(model.named_children()):
            model.add_module(part, nn.Module())
        model = model.get_submodule(part)
    return model
