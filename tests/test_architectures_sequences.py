"""Recurrent nets and Transformers compute what torch's own layers do with the same weights."""

import math
import weakref

import pytest
import torch
from torch import nn

from initbench import architectures, inits
from initbench.architectures._recurrences import CELLS as EQUATIONS
from initbench.architectures._recurrences import LSTM, last_state
from initbench.architectures.transformer import positions
from initbench.errors import InitbenchError

CELLS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
RECURRENT = {"family": "recurrent", "inputs": 3, "hidden": 5, "outputs": 2}
READER = {"family": "transformer", "layers": 2, "inputs": 5, "width": 12, "feedforward": 7}


def built(spec, method="default", seed=1, **parameters):
    model = architectures.build(spec).double()
    inits.initialize(model, method, parameters, seed)
    return model


def noise(*shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def torchs_layer(model, cell):
    layer = CELLS[cell](3, 5, batch_first=True).double()
    for name, linear in (("ih", model.input_map), ("hh", model.hidden_map)):
        layer.get_parameter(f"weight_{name}_l0").data = linear.weight.detach().clone()
        layer.get_parameter(f"bias_{name}_l0").data = linear.bias.detach().clone()
    return layer


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("steps", [1, 7])
def test_states_and_gradients_are_those_of_torchs_recurrent_layers(cell, steps):
    model = built({**RECURRENT, "cell": cell})
    layer = torchs_layer(model, cell)
    x, reference = (noise(4, steps, 3).requires_grad_() for _ in range(2))
    last = layer(reference)[0][:, -1]
    found = dict(model.states(x))
    torch.testing.assert_close(found["hidden_map"], last, rtol=0, atol=1e-12)
    expected = model.head(last)
    torch.testing.assert_close(found["head"], expected, rtol=0, atol=1e-12)
    model.zero_grad()
    found["head"].square().sum().backward()
    own = [p.grad for name, p in model.named_parameters() if "map" in name]
    model.zero_grad()
    expected.square().sum().backward()
    torchs = {name: p.grad for name, p in layer.named_parameters()}
    names = ("weight_ih_l0", "bias_ih_l0", "weight_hh_l0", "bias_hh_l0")
    for gradient, name in zip(own, names, strict=True):
        torch.testing.assert_close(gradient, torchs[name], rtol=0, atol=1e-12)
    torch.testing.assert_close(x.grad, reference.grad, rtol=0, atol=1e-12)


def maps_and_sequences(cell, hidden, samples):
    """Return two models' input and hidden maps and their sequences of 3 steps, for gradients."""
    rows = {"rnn": 1, "lstm": 4, "gru": 3}[cell] * hidden
    shapes = ((2, rows, 3), (2, rows, hidden + 1), (2, samples, 3, 2))
    return [noise(*shape).requires_grad_() for shape in shapes]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(("hidden", "samples"), [(4, 8), (3, 2), (3, 1)], ids=str)
def test_written_out_gradients_are_those_of_small_differences(cell, hidden, samples):
    arguments = maps_and_sequences(cell, hidden, samples)
    assert torch.autograd.gradcheck(lambda *a: last_state(EQUATIONS[cell], *a), arguments)


def test_steps_are_kept_for_gradients_only():
    made = []

    class Watched(LSTM):
        def step(self, z, h, c):
            h, c, kept = super().step(z, h, c)
            made.extend(weakref.ref(tensor) for tensor in kept)
            return h, c, kept

    arguments = maps_and_sequences("lstm", 4, 8)
    with torch.no_grad():
        answer = last_state(Watched(), *arguments)
    assert [ref for ref in made if ref() is not None] == []
    made.clear()
    trained = last_state(Watched(), *arguments)
    assert all(ref() is not None for ref in made)
    assert torch.equal(trained, answer)


@pytest.mark.parametrize("cell", CELLS)
def test_a_recurrent_net_takes_any_leading_axes_and_any_length(cell):
    model = built({**RECURRENT, "cell": cell, "outputs": 1})
    x = noise(2, 4, 6, 3)
    assert model(x).shape == (2, 4, 1)
    torch.testing.assert_close(model(x)[1], model(x[1]))
    assert not torch.allclose(model(x), model(x[..., :-1, :]))


def test_the_answer_depends_on_the_order_of_the_steps():
    model = built({**RECURRENT, "cell": "rnn"})
    x = noise(4, 6, 3)
    assert not torch.allclose(model(x), model(x.flip(1)))


def encoder_layer(ours, norm):
    """Return torch's encoder layer with the weights of `ours`."""
    theirs = nn.TransformerEncoderLayer(
        12, 4, 7, dropout=0.0, batch_first=True, norm_first=norm == "pre", dtype=torch.float64
    )
    pairs = {
        "self_attn.in_proj_": ours.attention_in,
        "self_attn.out_proj.": ours.attention_out,
        "linear1.": ours.feedforward_in,
        "linear2.": ours.feedforward_out,
        "norm1.": getattr(ours, f"attention_{norm}"),
        "norm2.": getattr(ours, f"feedforward_{norm}"),
    }
    for prefix, module in pairs.items():
        for name, parameter in module.named_parameters():
            theirs.get_parameter(prefix + name).data = parameter.detach().clone()
    return theirs


def unlike_at_the_start(model):
    """Move all biases and norms off their starts, so that none could be left out unnoticed."""
    stream = torch.Generator().manual_seed(5)
    for parameter in model.parameters():
        moved = torch.randn(parameter.shape, generator=stream, dtype=torch.float64)
        parameter.data += 0.3 * moved
    return model


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_layers_are_torchs_encoder_layers(norm):
    model = unlike_at_the_start(built({**READER, "norm": norm}))
    x = noise(3, 6, 5)
    states = list(dict(model.states(x)).values())
    for layer, before, after in zip(model.layers, states, states[1:], strict=False):
        expected = encoder_layer(layer, norm)(before)
        torch.testing.assert_close(after, expected, rtol=0, atol=1e-12)


def test_post_norm_gradients_are_torchs():
    model = unlike_at_the_start(built({**READER, "norm": "post"}))
    ours, theirs = model.layers[0], encoder_layer(model.layers[0], "post")
    x, reference = (noise(3, 6, 12).requires_grad_() for _ in range(2))
    ours(x, model.activation).square().sum().backward()
    theirs(reference).square().sum().backward()
    torch.testing.assert_close(x.grad, reference.grad, rtol=0, atol=1e-11)
    ours_in, theirs_in = ours.attention_in.weight.grad, theirs.self_attn.in_proj_weight.grad
    torch.testing.assert_close(ours_in, theirs_in, rtol=0, atol=1e-11)


@pytest.mark.parametrize(("norm", "count"), [("pre", 5), ("post", 4), ("none", 0)])
def test_layer_norm_stands_where_it_should(norm, count):
    model = unlike_at_the_start(built({**READER, "norm": norm}))
    assert sum(isinstance(m, nn.LayerNorm) for m in model.modules()) == count
    *_, (_, last), (_, logits) = model.states(noise(3, 6, 5))
    assert torch.equal(logits, model.head(model.norm(last).mean(-2)))
    assert isinstance(model.norm, nn.LayerNorm) == (norm == "pre")


def test_without_norm_a_layer_is_its_formula():
    model = unlike_at_the_start(built({**READER, "norm": "none", "heads": 1}))
    layer, x = model.layers[0], noise(6, 12)
    query, key, value = layer.attention_in(x).chunk(3, -1)
    shares = torch.softmax(query @ key.T / math.sqrt(12), -1)
    state = x + layer.attention_out(shares @ value)
    expected = state + layer.feedforward_out(layer.feedforward_in(state).relu())
    torch.testing.assert_close(layer(x, model.activation), expected, rtol=0, atol=1e-12)


def test_without_positions_the_order_of_tokens_would_not_matter():
    model = built({**READER, "norm": "pre"})
    x = noise(3, 6, 5)
    assert not torch.allclose(model(x), model(x.flip(1)))
    states = dict(model.states(x))
    assert torch.equal(states["embedding"], model.embedding(x) + positions(6, 12))


def test_positions_are_the_formula_of_the_paper():
    for position in range(4):
        for k in range(3):
            angle = position / 10_000 ** (2 * k / 6)
            pair = [math.sin(angle), math.cos(angle)]
            assert positions(4, 6)[position, 2 * k : 2 * k + 2].tolist() == pytest.approx(pair)
    assert positions(4, 5).shape == (4, 5)


def test_a_transformer_takes_any_leading_axes_and_rows_of_images():
    model = built({"family": "transformer", "norm": "pre", "layers": 1})
    x = noise(2, 3, 28, 28)
    assert [name for name, _ in model.states(x)] == ["embedding", "layers.0", "head"]
    assert model(x).shape == (2, 3, 10)
    torch.testing.assert_close(model(x)[1], model(x[1]))


def test_successive_rows_make_one_token():
    spec = {"family": "transformer", "norm": "pre", "layers": 1, "rows_per_token": 4}
    model = built(spec)
    images = noise(3, 28, 28)
    tokens = torch.stack([image.reshape(7, 112) for image in images])
    states = dict(model.states(images))
    assert torch.equal(states["embedding"], model.embedding(tokens) + positions(7, 32))
    assert states["layers.0"].shape == (3, 7, 32)
    assert torch.equal(model(images), states["head"])


def test_rows_that_do_not_fill_the_last_token_are_refused():
    model = built({**READER, "norm": "pre", "rows_per_token": 4})
    with pytest.raises(InitbenchError, match="6 rows cannot be cut into tokens of 4 rows"):
        model(noise(6, 5))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({**RECURRENT, "cell": "ltsm"}, "'rnn' or 'lstm' or 'gru'"),
        (RECURRENT, "needs the parameter 'cell'"),
        ({**READER, "norm": "both"}, "'pre' or 'post' or 'none'"),
    ],
)
def test_mistakes_are_refused(spec, message):
    with pytest.raises(InitbenchError, match=message):
        architectures.check(spec)
