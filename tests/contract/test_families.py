"""The contract that every architecture keeps; a new family's file is found and tested by itself."""

import numpy as np
import pytest
import torch
from torch import nn

from entries import of_families
from initbench import architectures, inits
from initbench.discovery import load
from stacked_nets import FAMILIES

UNLISTED = {"conv_stack", "simple_net"}  # which probes alone measure, in sizes of their own
ENTRIES = of_families(but=UNLISTED)

every_family = pytest.mark.parametrize("name", architectures.families())
every_entry = pytest.mark.parametrize("name", ENTRIES)
every_net = pytest.mark.parametrize("name", FAMILIES)


def batch(shape, count=7):
    return torch.randn((count, *shape), generator=torch.Generator().manual_seed(0))


def drawn(spec):
    model = architectures.build(spec)
    inits.initialize(model, "orthogonal", {"bias": "default"}, 1)
    return model.eval()


@every_family
def test_a_family_says_what_it_is_and_has_a_small_net(name):
    module = load("architectures", name)
    assert module.__doc__
    assert module.build.__doc__
    assert name in {spec["family"] for spec, _ in FAMILIES.values()}


@every_entry
def test_an_entry_answers_in_the_form_of_its_data(name):
    spec, form = ENTRIES[name]
    with torch.no_grad():
        answer = drawn(spec)(batch(form.sample, 3))
    assert answer.shape == (3, form.classes or form.outputs)
    assert answer.isfinite().all()


@every_net
def test_a_net_is_built_alike_each_time_and_changes_nothing_else(name):
    spec, _ = FAMILIES[name]
    kept = (torch.get_rng_state(), np.random.get_state()[1].copy())
    state = (torch.get_default_dtype(), torch.get_num_threads(), torch.is_grad_enabled())
    one, other = architectures.build(spec), architectures.build(spec)
    assert torch.equal(torch.get_rng_state(), kept[0])
    assert np.array_equal(np.random.get_state()[1], kept[1])
    assert state == (torch.get_default_dtype(), torch.get_num_threads(), torch.is_grad_enabled())
    assert one.training
    assert all(map(torch.equal, one.parameters(), other.parameters()))
    assert all(p.dtype == torch.float32 and p.is_leaf for p in one.parameters())


@every_net
def test_the_last_state_is_the_answer_and_each_sample_has_its_own(name):
    spec, shape = FAMILIES[name]
    model, x = drawn(spec).double(), batch(shape).double()
    with torch.no_grad():
        states = dict(model.states(x))
        answer = model(x)
        assert torch.equal(answer, [*states.values()][-1])
        assert torch.equal(answer, model(x))
        torch.testing.assert_close(answer[2:4], model(x[2:4]), rtol=1e-9, atol=1e-12)
    assert all(len(state) == 7 for state in states.values())
    assert set(states) <= {layer for layer, _ in model.named_modules()}
    assert isinstance(model.activation, nn.Module)


@every_net
def test_every_parameter_gets_a_gradient(name):
    spec, shape = FAMILIES[name]
    model = drawn(spec)
    model(batch(shape)).square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())
