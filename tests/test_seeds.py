"""The keyed random streams: known keys, independence, and nothing global."""

import hashlib

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from initbench.errors import InitbenchError
from initbench.seeds import ROLES, numpy_stream, stream_key, torch_stream


def test_key_is_the_head_of_the_sha256_without_its_last_bit():
    digest = hashlib.sha256(b"2000000/weight/layers.0").hexdigest()
    assert stream_key(2_000_000, "weight", "layers.0") == int(digest[:16], 16) // 2


def test_keys_never_change_between_versions():
    assert stream_key(2_000_000, "split") == 8176616930489109014
    assert stream_key(2_000_199, "bias", "fc1") == 876849064473560725


@given(st.integers(), st.sampled_from(ROLES), st.text())
def test_key_fits_a_torch_seed(seed, role, layer):
    assert 0 <= stream_key(seed, role, layer) < 2**63


def test_keys_differ_by_seed_role_and_layer():
    layers = ["", "fc1", "fc2", "layers.0", "layers.1"]
    keys = {stream_key(s, r, layer) for s in range(50) for r in ROLES for layer in layers}
    assert len(keys) == 50 * len(ROLES) * len(layers)


def test_a_numpy_integer_is_the_same_seed():
    assert stream_key(np.int64(7), "order") == stream_key(7, "order")


@pytest.mark.parametrize("stream", [stream_key, numpy_stream, torch_stream])
def test_unknown_role_is_refused_with_a_suggestion(stream):
    with pytest.raises(InitbenchError, match=r"stream role 'weights'; did you mean 'weight'\?"):
        stream(0, "weights")


def test_streams_repeat_and_leave_the_global_ones_alone():
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    draws = [torch.rand(5, generator=torch_stream(1, "weight", "fc1")) for _ in range(2)]
    twins = [numpy_stream(1, "data").randn(5) for _ in range(2)]
    assert torch.equal(*draws)
    assert np.array_equal(*twins)
    assert torch.equal(before[0], torch.get_rng_state())
    assert np.array_equal(before[1], np.random.get_state()[1])


def test_streams_of_two_layers_are_uncorrelated():
    left = torch.randn(20_000, generator=torch_stream(1, "weight", "layers.0"))
    right = torch.randn(20_000, generator=torch_stream(1, "weight", "layers.1"))
    assert abs(torch.corrcoef(torch.stack([left, right]))[0, 1]) < 4 / 20_000**0.5
