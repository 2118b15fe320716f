"""The parts of document B's checks on layers, nets, papers and the embedded picture."""

import base64
import json
import math
import zlib

import numpy as np
import pytest
import torch
from torch.nn.functional import layer_norm

from initbench.checks import derivations, embedded_picture, lsuv, recurrent, simple_net
from initbench.checks import layer_norm as norms
from initbench.checks import layer_norm_trained as trained_norms
from initbench.checks.starting_values import _largest_change, _trained
from initbench.seeds import torch_stream

SEED = 2_000_000
HIDDEN = recurrent.HIDDEN


def test_retention_is_the_forget_gate():
    lstm = recurrent._lstm(SEED).double()
    stream = torch_stream(SEED, "noise")
    x = torch.randn(1, 8, recurrent.INPUTS, dtype=torch.float64, generator=stream)[0]
    h = torch.randn(1, 8, HIDDEN, dtype=torch.float64, generator=stream)[0]
    weights = dict(lstm.named_parameters())
    gates = x @ weights["weight_ih_l0"].T + h @ weights["weight_hh_l0"].T
    gates = gates + weights["bias_ih_l0"] + weights["bias_hh_l0"]
    expected = torch.sigmoid(gates[:, HIDDEN : 2 * HIDDEN])
    assert torch.allclose(recurrent.retention(lstm, SEED), expected, atol=1e-12)


def test_the_wrong_quarter_of_the_bias_does_not_keep_the_cell(monkeypatch):
    monkeypatch.setattr(recurrent, "FORGET", 2)
    assert not recurrent.slice_decides(50.0, 1).passed
    assert not recurrent.slice_decides(-50.0, 0).passed
    assert not recurrent.other_slices().passed


def test_the_line_sets_one_of_two_biases_and_no_other_gate():
    before, after = recurrent._lstm(SEED), recurrent._lstm(SEED)
    recurrent._set_gate(after, recurrent.FORGET, 1.0)
    changed = before.state_dict()["bias_ih_l0"] != after.state_dict()["bias_ih_l0"]
    assert changed.nonzero().flatten().tolist() == list(range(HIDDEN, 2 * HIDDEN))
    assert torch.equal(before.state_dict()["bias_hh_l0"], after.state_dict()["bias_hh_l0"])


def test_an_lstm_without_a_second_bias_would_reproduce_the_claim(monkeypatch):
    monkeypatch.setattr(recurrent, "_forget_biases", lambda: (np.ones((2, 3)), np.zeros((2, 3))))
    assert recurrent.effective().passed
    assert recurrent.excess().value == 0


@pytest.mark.parametrize("scale", norms.SCALES)
def test_layer_norm_shrinks_weak_signals_by_a_closed_form(scale):
    stream = torch_stream(SEED, "data", "layer norm")
    x = scale * torch.randn(norms.SAMPLES, norms.FEATURES, dtype=torch.float64, generator=stream)
    variance = x.var(dim=1, correction=0)
    expected = (variance / (variance + 1e-5)).sqrt()
    measured = norms._normalised(scale).std(dim=1, correction=0)
    assert torch.allclose(measured, expected, rtol=1e-9)
    assert torch.allclose(norms._normalised(scale), layer_norm(x, (norms.FEATURES,)))
    assert norms.std_of_samples(scale).value == pytest.approx(float(expected.min()), rel=1e-9)


def test_the_order_of_normalisation_and_relu_matters():
    assert norms._distance("he", norm_first=True) < 1e-5
    assert norms._distance("he", norm_first=False) > 0.1


def test_the_five_schemes_differ_in_the_spread_of_the_first_layer():
    spreads = {s: float(simple_net._recorded(s)[0].std()) for s in simple_net.SCHEMES}
    order = sorted(spreads, key=spreads.get)
    assert order == ["small_random", "default", "xavier", "he", "large_random"]
    assert spreads["large_random"] == pytest.approx(10, rel=0.05)
    assert spreads["he"] == pytest.approx(math.sqrt(2 + 1 / 300), rel=0.05)


def test_the_schemes_leave_the_biases_random():
    for scheme in simple_net.SCHEMES:
        biases = simple_net.built(scheme).get_parameter("fc1.bias")
        assert 0 < biases.abs().max() <= 0.1


def test_lsuv_stops_by_tolerance_and_by_number():
    assert lsuv._changed({}) == 3
    assert lsuv._changed({"tolerance": 1e9}) == 0
    exact, once = lsuv._gap(lsuv.RANDOM_BIAS), lsuv._gap({"max_iterations": 1, **lsuv.RANDOM_BIAS})
    assert exact < 1e-4 < once


def test_training_moves_what_no_training_leaves():
    assert _largest_change(*_trained("he_normal", 0)) == 0
    assert _largest_change(*_trained("he_normal", 1)) == pytest.approx(1e-3, rel=1e-3)
    lost = {"weight": torch.tensor([0.0, math.nan])}
    assert math.isnan(_largest_change(lost, {"weight": torch.zeros(2)}))


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (math.tanh, True),
        (lambda z: z, True),
        (lambda z: z / (1 + abs(z)), True),
        (lambda z: 2 * math.tanh(z), False),
        (lambda z: max(0.0, z), False),
        (lambda z: 1 / (1 + math.exp(-z)), False),
        (lambda z: math.tanh(z) + z**2, False),
    ],
    ids=["tanh", "identity", "softsign", "steep", "relu", "sigmoid", "not odd"],
)
def test_assumptions_of_the_xavier_paper(function, expected):
    assert derivations.meets_assumptions(function) is expected


def test_details_name_the_papers():
    assert "4.2.1" in derivations.assumptions("tanh", math.tanh).detail
    assert "table 1" in derivations.tried_in_paper(True, "tanh").detail
    assert "2.2" in derivations.derived_for_relu().detail


def packed(text: str) -> bytes:
    return zlib.compress(text.encode(), 9)


def address(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


HISTOGRAM = json.dumps({"code": "xychart-beta\n  bar [1, 5, 9, 5, 1]"})
FLOW = json.dumps({"code": "graph TD; A-->B"})


def test_a_sound_picture_of_histograms_would_pass(monkeypatch):
    monkeypatch.setattr(embedded_picture, "PAYLOAD", address(packed(HISTOGRAM)))
    assert embedded_picture.decodes().passed
    assert embedded_picture.histograms().passed
    assert embedded_picture.readable_bytes().value == len(HISTOGRAM)


def test_a_sound_picture_of_something_else_is_no_histogram(monkeypatch):
    monkeypatch.setattr(embedded_picture, "PAYLOAD", address(packed(FLOW)))
    assert embedded_picture.decodes().passed
    assert not embedded_picture.histograms().passed
    assert "graph td" in embedded_picture.histograms().detail


def test_damaged_addresses_are_told_from_short_ones():
    whole = packed(HISTOGRAM)
    assert embedded_picture.readable(whole) == (HISTOGRAM.encode(), "")
    assert embedded_picture.readable(whole[:-3])[1] == "the end is missing"
    spoilt = whole[:-1] + bytes([whole[-1] ^ 1])
    text, error = embedded_picture.readable(spoilt)
    assert text == HISTOGRAM.encode()
    assert f"at byte {len(whole)}" in error
    assert embedded_picture.readable(b"no zlib")[0] == b""


@pytest.mark.parametrize("text", [b"", b"\xff", b"[1]", b"{}", b"graph TD"])
def test_what_is_no_drawing_has_no_code(text):
    assert embedded_picture.drawn(text) == ""


def test_the_address_is_well_formed_text_and_broken_as_a_packed_one():
    data = embedded_picture.compressed(embedded_picture.PAYLOAD)
    assert address(data) == embedded_picture.PAYLOAD
    assert data[:2] == packed("x")[:2]
    assert embedded_picture.readable(data)[0] == b""
    assert "at byte 48" in embedded_picture.decodes().detail


def test_training_moves_the_affine_part_of_a_layer_norm_and_not_what_comes_before():
    fresh, trained = trained_norms._trained(0), trained_norms._trained()
    for net, kept in ((fresh, True), (trained, False)):
        moved = trained_norms._outputs(net, affine=True)
        before = trained_norms._outputs(net, affine=False)
        assert all(map(torch.allclose, moved, before)) == kept
        spread = torch.stack([output.std(dim=1, correction=0) for output in before])
        assert torch.allclose(spread, torch.ones(()), atol=1e-3)
    x = simple_net.inputs()
    labels = trained_norms._labels(x)
    loss = [
        float(torch.nn.functional.cross_entropy(n(x), labels).detach()) for n in (fresh, trained)
    ]
    assert loss[1] < loss[0] / 2


def test_the_outputs_of_the_layer_norms_are_those_of_the_net():
    net, x = trained_norms._trained(), simple_net.inputs()
    states = dict(net.states(x))
    for k, output in zip((1, 2), trained_norms._outputs(net, affine=True), strict=True):
        assert torch.allclose(output.relu(), states[f"fc{k}"].detach())
