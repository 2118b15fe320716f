"""Nets as people write them: trained as torch trains them, side by side or not, or refused."""

import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import dropout, mish, softmax
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

from initbench.architectures._feedforward import Feedforward
from initbench.errors import InitbenchError
from initbench.training.ensemble import OneByOne, stack
from own_nets import (
    INPUTS,
    SEEDS,
    Around,
    assert_trained_as_torch_trains_it,
    by_engine,
    by_torch,
    fixed,
    use,
)

TOKENS = (4, INPUTS)


class Net(Feedforward):
    """Two linear layers with `between` between them; what else there is `prepare` makes."""

    activation = nn.Identity()

    def __init__(self):
        super().__init__()
        self.first, self.final = nn.Linear(INPUTS, 6), nn.Linear(6, 3)
        self.prepare()

    def prepare(self):
        pass

    def between(self, x):
        return x

    def states(self, x):
        x = self.between(self.first(x))
        yield "first", x
        yield "final", self.final(x)


class Shared(Net):
    """One activation at two places."""

    def prepare(self):
        self.act = nn.Tanh()

    def between(self, x):
        return self.act(self.act(x) * 2) + x.mean(-1, keepdim=True)


class Gated(Net):
    def prepare(self):
        self.gate, self.act = nn.Linear(6, 6, bias=False), nn.Sigmoid()

    def between(self, x):
        return x * self.act(self.gate(x)) + self.gate(x).tanh()


class Frozen(Net):
    def prepare(self):
        self.hold = nn.Linear(6, 6).requires_grad_(False)

    def between(self, x):
        return torch.tanh(self.hold(x))


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class Branch(Net):
    def prepare(self):
        self.branch = Residual(nn.Linear(6, 6), nn.ReLU(), nn.LayerNorm(6))

    def between(self, x):
        return self.branch(x)


SIDE_BY_SIDE = [Net, Shared, Gated, Frozen, Branch]


class Recurrence(Net):
    """One linear layer, again and again, from a state that looks at the first axis."""

    def prepare(self):
        self.step = nn.Linear(6, 6)

    def between(self, x):
        h = torch.zeros(len(x), 6)
        for _ in range(3):
            h = torch.tanh(self.step(h) + x)
        return h


class TiedModule(Net):
    def prepare(self):
        self.one = self.other = nn.Linear(6, 6)

    def between(self, x):
        return self.one(torch.tanh(self.other(x)))


class TiedParameter(Net):
    def prepare(self):
        self.one, self.other = nn.Linear(6, 6), nn.Linear(6, 6)
        self.other.weight = self.one.weight

    def between(self, x):
        return self.one(torch.tanh(self.other(x)))


class Doubled(nn.Linear):
    def forward(self, x):
        return 2 * super().forward(x) - 1


class Leaky(nn.ReLU):
    def forward(self, x):
        return torch.where(x > 0, x, -0.3 * x)


class Subclasses(Net):
    def prepare(self):
        self.inner, self.act = Doubled(6, 6), Leaky()

    def between(self, x):
        return self.act(self.inner(x))


class Standard(nn.LayerNorm):
    """Normalises over the samples that it sees beside each other in a row of features."""

    def forward(self, x):
        return super().forward(x).cumsum(-1) * self.weight.flip(0)


class SubclassOfNorm(Net):
    def prepare(self):
        self.norm = Standard(6)

    def between(self, x):
        return self.norm(x)


class Scaled(nn.Module):
    """Parameters of its own beside a child."""

    def __init__(self):
        super().__init__()
        self.inner, self.scale = nn.Linear(6, 6), nn.Parameter(torch.ones(6))
        self.reset_parameters()

    def reset_parameters(self):
        nn.init.constant_(self.scale, 0.7)

    def forward(self, x):
        return self.inner(x) * self.scale


class OwnBesideChildren(Net):
    def prepare(self):
        self.scaled = fixed(Scaled())

    def between(self, x):
        return self.scaled(x)


class Flat(Net):
    def between(self, x):
        return torch.tanh(x).view(len(x), -1)


class SecondAxis(Net):
    def between(self, x):
        return softmax(x, 1) * 5


class OnlyTwoAxes(Net):
    def between(self, x):
        samples, features = x.shape
        return x.reshape(samples, 2, features // 2).flip(1).reshape(samples, features)


class FunctionalMish(Net):
    def between(self, x):
        return mish(x[..., :6])


class FunctionalDropout(Net):
    def between(self, x):
        return dropout(x, 0.3, self.training)


class Noise(Net):
    def prepare(self):
        self.drop = nn.Dropout(0.2)

    def between(self, x):
        x = x + 0.1 * torch.randn_like(x) if self.training else x
        return self.drop(x)


class Buffer(Net):
    """A constant that lives in a buffer, and one that the net draws for itself."""

    def prepare(self):
        self.register_buffer("wave", torch.linspace(-1, 1, 6))
        self.sign = torch.sign(torch.randn(6))

    def between(self, x):
        return torch.tanh(x) * self.wave + self.sign


class ChangesItsInput(Net):
    def states(self, x):
        x.mul_(0.5)
        yield from super().states(x)


class Float32(Net):
    def between(self, x):
        return torch.tanh(x @ torch.eye(6).roll(1, 0))


class Swish(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(2 * x)


class OwnActivation(Net):
    def prepare(self):
        self.act = Swish()

    def between(self, x):
        return self.act(x)


class Positions(nn.Module):
    """A parameter that meets the tokens, not the features."""

    def __init__(self, *shape):
        super().__init__()
        self.scale = nn.Parameter(torch.empty(shape))

    def reset_parameters(self):
        with torch.no_grad():
            self.scale.copy_(torch.linspace(0.5, 1.5, self.scale.numel()).view_as(self.scale))

    def forward(self, x):
        return x * self.scale.view(-1, 1)


class MiddleAxis(Net):
    def prepare(self):
        self.place = fixed(Positions(TOKENS[0]))

    def between(self, x):
        return self.place(x).mean(-2)


ONE_BY_ONE = [
    *(Recurrence, TiedModule, Subclasses, SubclassOfNorm, OwnBesideChildren, Flat),
    *(SecondAxis, OnlyTwoAxes, FunctionalMish, FunctionalDropout, Noise, Buffer, ChangesItsInput),
    *(Float32, OwnActivation),
]


@pytest.mark.parametrize("net", SIDE_BY_SIDE)
def test_what_is_known_to_allow_it_runs_side_by_side(monkeypatch, net):
    ways = use(monkeypatch, net)
    assert_trained_as_torch_trains_it()
    assert ways == [stack]


@pytest.mark.parametrize("net", ONE_BY_ONE)
def test_all_else_runs_one_after_another(monkeypatch, net):
    ways = use(monkeypatch, net)
    assert_trained_as_torch_trains_it(masks=False)
    assert ways == [OneByOne]


def test_a_fixed_start_that_meets_a_middle_axis_runs_one_after_another(monkeypatch):
    ways = use(monkeypatch, MiddleAxis)
    assert_trained_as_torch_trains_it(TOKENS)
    assert ways == [OneByOne]


def test_dropout_goes_on_where_torch_would(monkeypatch):
    use(monkeypatch, FunctionalDropout)
    assert by_torch(SEEDS[0]) != by_torch(SEEDS[1])
    first, again = (by_engine(SEEDS)["outcomes"] for _ in range(2))
    torch.rand(1)
    assert first.equals(again)


def of(between, prepare=lambda self: None):
    return type("Own", (Net,), {"between": between, "prepare": prepare})


def holding(make):
    def prepare(self):
        self.inner = make()

    return of(lambda self, x: self.inner(x), prepare)


def counting(self, x):
    self.calls = getattr(self, "calls", 0) + 1
    return x / self.calls


def hooked():
    layer = nn.Linear(6, 6)
    layer.register_forward_hook(lambda module, inputs, output: output * 2)
    return layer


class OtherOutput(Net):
    def forward(self, x):
        return super().forward(x) * 2


class NoParameters(Feedforward):
    activation = nn.Identity()

    def states(self, x):
        yield "out", x


REFUSED = {
    "mean over samples": (of(lambda self, x: x - x.mean(0)), "mixes the samples of a batch"),
    "sum": (of(lambda self, x: x / x.square().sum()), "mixes the samples of a batch"),
    "sorted samples": (of(lambda self, x: x.sort(0).values), "mixes the samples of a batch"),
    "softmax over samples": (of(lambda self, x: softmax(x, 0)), "mixes the samples of a batch"),
    "dropout without end": (of(lambda self, x: dropout(x, 0.3)), "random numbers in evaluation"),
    "noise without end": (of(lambda self, x: x + torch.rand(6)), "random numbers in evaluation"),
    "Python's generator": (of(lambda self, x: x * random.random()), "Python's or NumPy's"),
    "NumPy's generator": (of(lambda self, x: x * float(np.random.rand())), "Python's or NumPy's"),
    "a branch": (of(lambda self, x: x if x.sum() > 0 else -x), "single values of tensors"),
    "an item": (of(lambda self, x: x * x.max().item()), "single values of tensors"),
    "a memory": (of(counting), "answers otherwise when asked again"),
    "a hook": (holding(hooked), "'inner' is a Linear and has a hook or a parametrization"),
    "weight_norm": (
        holding(lambda: weight_norm(nn.Linear(6, 6))),
        "'inner' is a ParametrizedLinear and has a hook or a parametrization",
    ),
    "spectral_norm": (
        holding(lambda: spectral_norm(nn.Linear(6, 6))),
        "'inner' is a ParametrizedLinear and has a hook or a parametrization",
    ),
    "another precision": (
        holding(lambda: nn.Linear(6, 6, dtype=torch.bfloat16)),
        "'inner' is a Linear and has numbers of torch.bfloat16",
    ),
    "wrong sizes": (
        holding(lambda: nn.Linear(7, 6)),
        r"'inner' is a Linear and fails on samples of shape \(5,\) .*\(mat1 and mat2",
    ),
    "an error of its own": (of(lambda self, x: x.nothing), "The net itself is a Own and fails"),
    "another output": (OtherOutput, "returns something else than its last state"),
    "no parameters": (NoParameters, "has no parameters"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_way_trains_as_torch_would_is_refused_in_one_sentence(monkeypatch, name):
    make, words = REFUSED[name]
    use(monkeypatch, make)
    states = random.getstate(), torch.get_rng_state()
    with pytest.raises(InitbenchError, match=words) as caught:
        by_engine(SEEDS)
    assert "\n" not in str(caught.value)
    assert torch.equal(torch.get_rng_state(), states[1])


def test_a_parameter_of_two_layers_is_refused_by_the_init(monkeypatch):
    use(monkeypatch, TiedParameter)
    with pytest.raises(InitbenchError, match="The layers 'one' and 'other' share a parameter"):
        by_engine(SEEDS)


def test_stack_alone_refuses_what_it_does_not_know():
    for net, words in ((TiedParameter, "several places"), (OwnActivation, "'act' is a Swish")):
        models = [net(), net()]
        with pytest.raises(InitbenchError, match=words):
            stack(models, SEEDS)
    with pytest.raises(InitbenchError, match="'inner' is a ReLU, which"):
        stack([Around(lambda: nn.ReLU(inplace=True), (6,))], [0])
