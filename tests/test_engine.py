"""The engine: a block equals its seeds alone, and equals plain PyTorch; divergence is data."""

from dataclasses import astuple
from itertools import count

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from initbench import architectures, inits
from initbench.datasets import Split
from initbench.errors import InitbenchError
from initbench.training.engine import _together, predict, train_block
from initbench.training.ensemble import stack
from initbench.training.protocol import Protocol
from stacked_nets import CLOCK, FAMILIES

SEEDS = range(30, 37)
INIT = {"method": "orthogonal", "bias": "default"}


def make_split(shape, seeds, shared=False, samples=40):
    """Return a little two-class task, drawn for each seed by its number."""

    def draw(seed, n):
        stream = np.random.RandomState(seed)
        x = stream.standard_normal((n, *shape)).astype(np.float32)
        return x, (x.reshape(n, -1)[:, 0] > 0).astype(np.int64)

    keys = [0] if shared else seeds
    train = [np.stack(a) for a in zip(*(draw(seed, samples) for seed in keys), strict=True)]
    test = [np.stack(a) for a in zip(*(draw(seed + 999, 20) for seed in keys), strict=True)]
    return Split(train[0], train[1], test[0], test[1])


def some(split, rows):
    return Split(*(a if len(a) == 1 else a[rows] for a in astuple(split)))


def protocol(**changes):
    spec = {
        "optimizer": "adam",
        "learning_rate": 0.01,
        "batch": 16,
        "epochs": 3,
        "evaluate": {"train": "each", "test": "each", "running": "each"},
        "record": {"gradients": "each", "spectra": "ends", "symmetry": "ends", "states": "ends"},
    }
    return Protocol.of({**spec, **changes})


@pytest.mark.parametrize("name", sorted(FAMILIES))
@pytest.mark.parametrize(("optimizer", "shared"), [("sgd", False), ("adam", True)])
def test_block_equals_its_seeds_alone_bit_for_bit(name, optimizer, shared):
    assert_seeds_do_not_see_each_other(name, shared, protocol(optimizer=optimizer))


def test_momentum_moves_a_seed_in_its_block_as_alone():
    assert_seeds_do_not_see_each_other("mlp", False, protocol(optimizer="sgd", momentum=0.9))


def test_running_losses_over_many_batches_are_those_of_the_seeds_alone():
    assert_seeds_do_not_see_each_other("mlp", False, protocol(batch=3))


def assert_seeds_do_not_see_each_other(name, shared, recipe):
    spec, shape = FAMILIES[name]
    split = make_split(shape, SEEDS, shared)
    whole = train_block(spec, INIT, recipe, split, SEEDS)
    for rows in (slice(0, 1), slice(2, 5)):
        part = train_block(spec, INIT, recipe, some(split, rows), SEEDS[rows])
        for table in ("curves", "layers", "outcomes"):
            frame = whole[table].to_pandas()
            expected = frame[frame.seed.isin(SEEDS[rows])].reset_index(drop=True)
            assert part[table].to_pandas().equals(expected), table


@pytest.mark.parametrize(
    ("spec", "shape", "expected"),
    [
        ({"family": "mlp", "inputs": 784, "width": 64, "depth": 3, "classes": 10}, (784,), 10),
        ({"family": "mlp", "inputs": 9, "width": 500, "depth": 1}, (9,), 3),
        ({**CLOCK, "cell": "lstm", "hidden": 32}, (60, 3), 10),
        ({"family": "transformer", "norm": "pre", "layers": 2}, (28, 28), 1),
        ({"family": "residual", "blocks": 2, "rezero": True}, (1, 28, 28), 10),
        ({"family": "cnn", "depth": 3, "channels": 4}, (1, 28, 28), 1),
        ({"family": "mlp", "inputs": 1500, "width": 1000, "depth": 1}, (1500,), 1),
    ],
    ids=str,
)
def test_the_largest_state_and_the_weights_say_how_many_train_side_by_side(spec, shape, expected):
    assert _together(spec, torch.zeros(64, *shape), 10) == expected


@pytest.mark.parametrize("batch", ["full", 16])
@pytest.mark.parametrize(("optimizer", "momentum"), [("sgd", 0.0), ("sgd", 0.9), ("adam", 0.0)])
def test_engine_equals_a_plain_loop(optimizer, momentum, batch):
    spec, shape = FAMILIES["mlp"]
    split = make_split(shape, SEEDS)
    recipe = protocol(optimizer=optimizer, momentum=momentum, batch=batch, epochs=4)
    outcomes = train_block(spec, INIT, recipe, split, SEEDS)["outcomes"].to_pandas()
    for k, seed in enumerate(SEEDS):
        loss = _plain_loss(spec, split, k, seed, recipe)
        assert outcomes.test_loss[k] == pytest.approx(loss, rel=1e-5)


def _plain_loss(spec, split, k, seed, recipe):
    """Train one seed with an ordinary module, optimiser and loop; return its final loss."""
    from initbench.seeds import torch_stream

    model = architectures.build(spec)
    inits.initialize(model, "orthogonal", {"bias": "default"}, seed)
    x, y = torch.from_numpy(split.train_x[k]), torch.from_numpy(split.train_y[k])
    if recipe.optimizer == "sgd":
        optimizer = torch.optim.SGD(
            model.parameters(), lr=recipe.learning_rate, momentum=recipe.momentum
        )
    else:
        optimizer = torch.optim.Adam(model.parameters(), lr=recipe.learning_rate)
    for epoch in range(recipe.epochs):
        order = torch.randperm(len(x), generator=torch_stream(seed, "order", str(epoch)))
        for index in order.split(recipe.batch_size(len(x))):
            optimizer.zero_grad()
            cross_entropy(model(x[index]), y[index]).backward()
            optimizer.step()
    x, y = torch.from_numpy(split.test_x[k]), torch.from_numpy(split.test_y[k])
    return cross_entropy(model(x), y).item()


def test_init_does_not_change_data_or_batch_order():
    spec, shape = FAMILIES["mlp"]
    split = make_split(shape, SEEDS)
    recipe = protocol(epochs=1, learning_rate=1e-12, optimizer="sgd")
    tables = [
        train_block(spec, {"method": "constant", "value": c}, recipe, split, SEEDS)["curves"]
        for c in (0.0, 0.0)
    ]
    assert tables[0].equals(tables[1])


def test_a_diverged_run_is_an_outcome_and_leaves_the_others_alone():
    spec, shape = FAMILIES["mlp"]
    split = make_split(shape, SEEDS)
    broken = split.train_x.copy()
    broken[2] = 1e30
    recipe = protocol(optimizer="sgd", learning_rate=1e6, epochs=5)
    frame = train_block(
        spec, INIT, recipe, Split(broken, split.train_y, split.test_x, split.test_y), SEEDS
    )["outcomes"].to_pandas()
    assert frame.status[2] == "diverged"
    assert frame.diverged_layer[2] in {"layers.0", "layers.1", "final"}
    assert 0 <= frame.diverged_step[2] <= 15
    calm = train_block(spec, INIT, protocol(), split, SEEDS)["outcomes"].to_pandas()
    assert (calm.status != "diverged").all()
    assert calm.diverged_step.isna().all()


def test_kick_moves_an_all_zero_net_off_its_plateau():
    spec, shape = FAMILIES["mlp"]
    split = make_split(shape, SEEDS)
    tables = {
        std: train_block(
            spec,
            {"method": "zeros"},
            protocol(epochs=30, kick={"after_epoch": 1, "std": std}),
            split,
            SEEDS,
        )["outcomes"].to_pandas()
        for std in (0.0, 0.3)
    }
    assert (tables[0.0].predicted_classes == 1).all()
    assert tables[0.3].test_loss.mean() < tables[0.0].test_loss.mean() - 0.05


def test_gradients_recorded_are_those_of_the_loss():
    spec, shape = FAMILIES["mlp"]
    split = make_split(shape, SEEDS)
    recipe = protocol(batch="full", epochs=1, record={"gradients": [0]})
    layers = train_block(spec, INIT, recipe, split, SEEDS)["layers"].to_pandas()
    model = architectures.build(spec)
    inits.initialize(model, "orthogonal", {"bias": "default"}, SEEDS[3])
    x, y = torch.from_numpy(split.train_x[3]), torch.from_numpy(split.train_y[3])
    cross_entropy(model(x), y).backward()
    for name, parameter in model.named_parameters():
        found = layers[(layers.seed == SEEDS[3]) & (layers.layer == name)].value.item()
        assert found == pytest.approx(parameter.grad.norm().item(), rel=1e-4)


def test_predict_equals_the_single_models():
    spec, shape = FAMILIES["mnist_net"]
    models = [architectures.build(spec) for _ in SEEDS]
    for model, seed in zip(models, SEEDS, strict=True):
        inits.initialize(model, "he_normal", {}, seed)
    x = torch.randn(1, 30, *shape, generator=torch.Generator().manual_seed(0))
    logits = predict(stack(models, SEEDS), x, len(SEEDS))
    for k, model in enumerate(models):
        torch.testing.assert_close(logits[k], model(x[0]), rtol=1e-5, atol=1e-5)


def test_building_a_model_touches_no_global_stream():
    before = torch.random.get_rng_state()
    architectures.build({"family": "mnist_net"})
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("threads", [1, 2])
def test_units_that_start_equal_stay_equal_to_the_last_bit(threads):
    split = make_split((1, 28, 28), SEEDS, shared=True)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        tables = train_block(
            {"family": "mnist_net"}, {"method": "constant", "value": 0.1},
            protocol(record={"symmetry": "each"}), split, SEEDS[:2],
        )  # fmt: skip
    finally:
        torch.set_num_threads(before)
    layers = tables["layers"].to_pandas()
    rows = layers[(layers.quantity == "distinct_rows") & layers.layer.isin(["fc1.weight"])]
    assert (rows.value == 1).all()


def test_an_init_whose_draws_depend_on_what_was_drawn_before_is_refused(monkeypatch):
    drawn = count()

    def initialize(model, streams, **settings):
        for parameter in model.parameters():
            nn.init.constant_(parameter, next(drawn))

    monkeypatch.setattr(inits.load("zeros"), "initialize", initialize)
    spec, shape = FAMILIES["mlp"]
    with pytest.raises(InitbenchError, match="'zeros' draws other numbers when a seed is drawn"):
        train_block(spec, {"method": "zeros"}, protocol(), make_split(shape, SEEDS), SEEDS)
