"""Train a block of seeds at once and record what the protocol asks for."""

import copy
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor

from initbench import architectures, inits
from initbench.architectures._feedforward import Feedforward
from initbench.datasets import Split
from initbench.errors import InitbenchError
from initbench.seeds import torch_stream
from initbench.training.batches import Batches
from initbench.training.data import Data
from initbench.training.objectives import OBJECTIVES, status
from initbench.training.optimizers import make_optimizers
from initbench.training.proof import Way, way
from initbench.training.protocol import Protocol
from initbench.training.recorder import OUTCOMES, Recorder
from initbench.training.recordings import measure

STATES_TOGETHER = 100_000  # numbers of one layer's states side by side: more leave the cache
PARAMETERS_TOGETHER = 4_000_000  # and no more than so many weights, for the memory's sake
LOOKED_AT = 2_000  # test samples that tell whether a net is dead
CALIBRATION = 256  # training samples that a data-driven init may look at
SAMPLES_AT_ONCE = 500  # test samples a forward pass: as quick as any, measured, and little memory


def train_block(
    architecture: Mapping[str, Any],
    init: Mapping[str, Any],
    protocol: Protocol,
    split: Split,
    seeds: Sequence[int],
    rates: Sequence[float] | None = None,
) -> dict[str, pa.Table]:
    """Train one cell for all `seeds`; return the tables "curves", "layers" and "outcomes".

    `split` holds the data of the seeds in their order, `rates` a learning rate a seed where they
    differ; then a seed may come again. A result does not depend on the block.
    """
    data = Data.of(split)
    tried = _tried(json.dumps(architecture), data.train_x.shape[2:])
    rates = rates or list(protocol.rates) * len(seeds)
    batch = data.train_x[0, : protocol.batch_size(split.train_x.shape[1])]
    size = _together(architecture, batch, len(seeds))
    tables = []
    for start in range(0, len(seeds), size):
        rows = slice(start, start + size)
        run = Run((*tried, init), protocol, data.of_seeds(rows), seeds[rows], rates[rows])
        tables.append(run.train())
    return {name: pa.concat_tables(t[name] for t in tables) for name in tables[0]}


@lru_cache(maxsize=1)
def _tried(architecture: str, shape: tuple[int, ...]) -> tuple[Feedforward, Way]:
    """Return a blank net and what makes one of many, found once for tuning and training."""
    blank = architectures.build(json.loads(architecture))
    return blank, way(blank, shape)


@torch.no_grad()
def _together(architecture: Mapping[str, Any], batch: Tensor, seeds: int) -> int:
    """Return how many models to train side by side on a `batch`: equal parts within the limits."""
    blank = architectures.build(architecture)
    states = len(batch) * max(state.numel() for _, state in blank.states(batch[:1].clone()))
    weights = sum(p.numel() for p in blank.parameters())
    most = max(1, min(STATES_TOGETHER // states, PARAMETERS_TOGETHER // weights))
    return -(-seeds // -(-seeds // most))


class Run:
    """Some seeds of one cell, trained side by side."""

    def __init__(
        self,
        nets: tuple[Feedforward, Way, Mapping[str, Any]],
        protocol: Protocol,
        data: Data,
        seeds: Sequence[int],
        rates: Sequence[float],
    ) -> None:
        """Draw the models of `seeds` by `nets`: a blank, what makes one of many, an init."""
        self.protocol, self.data, self.seeds, self.rates = protocol, data, seeds, rates
        self.objective = OBJECTIVES[protocol.loss]
        blank, side_by_side, init = nets
        calibration = data.train_x[:, :CALIBRATION]
        models = {
            seed: _draw(blank, init, seed, calibration[k % len(calibration)])
            for k, seed in enumerate(seeds)
        }
        _refuse_chance(
            models[seeds[0]], _draw(blank, init, seeds[0], calibration[0]), init["method"]
        )
        self.model = side_by_side([models[seed] for seed in seeds], seeds)
        samples = data.train_x.shape[1]
        self.batches = Batches(data.train_x, data.train_y, seeds, protocol.batch_size(samples))
        self.total = protocol.epochs * self.batches.per_epoch
        self.recorder = Recorder(seeds)
        self.losses = torch.empty(self.total + 1, len(seeds))
        self.hits = torch.zeros(self.total, len(seeds), dtype=torch.long)

    def train(self) -> dict[str, pa.Table]:
        """Run the protocol to its end; return the block's tables."""
        curves, records = self._schedule()
        parameters, protocol = list(self.model.parameters()), self.protocol
        optimizers = make_optimizers(protocol.optimizer, parameters, self.rates, protocol.momentum)
        for step in range(self.total + 1):
            self._gradients(step)
            if step in records:
                self._record(step, records[step])
            if step in curves:
                self._evaluate(step, curves[step])
            if step < self.total:
                for optimizer in optimizers:
                    optimizer.step()
                self._kick(step + 1)
            self.model.zero_grad()
        tables = {name: self.recorder.table(name) for name in ("curves", "layers")}
        return {**tables, "outcomes": self._outcomes()}

    def _schedule(self) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
        """Return, for each step, which splits to evaluate and which groups to record."""
        samples = self.batches.samples
        plans: tuple[dict[int, list[str]], ...] = ({}, {})
        for plan, wishes in zip(plans, (self.protocol.evaluate, self.protocol.record), strict=True):
            for name, moments in wishes.items():
                for step in self.protocol.steps(moments, samples):
                    plan.setdefault(step, []).append(name)
        return plans[0], plans[1]

    def _gradients(self, step: int) -> None:
        """Compute the gradients on the batch of `step`; note its losses and hits."""
        x, y = self.batches.at(step)
        outputs = self.model(x)
        losses = self.objective.losses(outputs, y)
        torch.autograd.backward([losses.sum()])
        self.losses[step] = losses.detach()
        if "running" in self.protocol.evaluate and step < self.total:
            self.hits[step] = self.objective.hits(outputs.detach(), y).sum(-1)

    def _record(self, step: int, groups: Sequence[str]) -> None:
        self.model.eval()
        for group in groups:
            self.recorder.measure(step, measure(group, self.model, self.data))
        self.model.train()

    def _evaluate(self, step: int, splits: Sequence[str]) -> None:
        epoch = step / self.batches.per_epoch
        for split in splits:
            if split == "running":
                self._running(step, epoch)
            else:
                loss, hits, _ = self._look(split)
                self.recorder.curve(step, epoch, split, loss, hits)

    def _running(self, step: int, epoch: float) -> None:
        """Record loss and accuracy averaged over the epoch while the weights were moving."""
        if step == 0:
            return
        steps = slice(step - self.batches.per_epoch, step)
        # Along the memory, so that no seed sees another.
        loss = self.losses[steps].mT.contiguous().mean(-1)
        accuracy = self.hits[steps].sum(0) / self.batches.samples
        self.recorder.curve(step, epoch, "running", loss, accuracy)

    def _look(self, split: str) -> tuple[Tensor, Tensor, Tensor]:
        """Return mean loss (S,), accuracy (S,) and the outputs (S, n, ...) on `split`."""
        data = self.data
        pairs = {"train": (data.train_x, data.train_y), "test": (data.test_x, data.test_y)}
        x, y = pairs[split]
        outputs = predict(self.model, x, len(self.seeds))
        labels = y.expand(len(self.seeds), *y.shape[1:])
        accuracy = self.objective.hits(outputs, labels).double().mean(-1)
        return self.objective.losses(outputs, labels), accuracy, outputs

    def _kick(self, step: int) -> None:
        """Add the protocol's noise to every parameter once, after its epoch."""
        kick = self.protocol.kick
        if not kick or step != kick["after_epoch"] * self.batches.per_epoch:
            return
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                for row, seed in zip(parameter, self.seeds, strict=True):
                    noise = torch.randn(row.shape, generator=torch_stream(seed, "noise", name))
                    row.add_(noise, alpha=kick["std"])

    def _outcomes(self) -> pa.Table:
        """Return one row a seed: its status and its final numbers."""
        finite = torch.isfinite(self.losses)
        diverged = ~finite[-1]
        first = (~finite).int().argmax(0)
        layers = self._first_broken_layers() if bool(diverged.any()) else [None] * len(self.seeds)
        loss, accuracy, outputs = self._look("test")
        classes, share = self.objective.votes(outputs)
        stuck = self.objective.stuck(classes, accuracy, self.data.test_y)
        columns = {
            "seed": list(self.seeds),
            "status": status(diverged, self._dead(), stuck),
            "learning_rate": list(self.rates),
            "steps": [self.total] * len(self.seeds),
            "diverged_step": [int(s) if d else None for s, d in zip(first, diverged, strict=True)],
            "diverged_layer": [n if d else None for n, d in zip(layers, diverged, strict=True)],
            "test_loss": loss.double().numpy(),
            "test_accuracy": accuracy.numpy(),
            "predicted_classes": classes.numpy().astype(np.int32),
            "predicted_share": share.numpy(),
        }
        return pa.table(columns, schema=OUTCOMES)

    @torch.no_grad()
    def _dead(self) -> Tensor:
        """Return in which nets (S,) the last hidden state is zero on all samples looked at."""
        x = self.data.test_x[:, :LOOKED_AT]
        states = list(self.model.states(x.expand(len(self.seeds), *x.shape[1:])))
        if len(states) < 2:  # no hidden layer, so none that could die
            return torch.zeros(len(self.seeds), dtype=torch.bool)
        return (states[-2][1] == 0).flatten(1).all(-1)

    @torch.no_grad()
    def _first_broken_layers(self) -> list[str | None]:
        """Return, for each seed, the first layer whose state is not finite."""
        broken: list[str | None] = [None] * len(self.seeds)
        x = self.data.test_x[:, :10].expand(len(self.seeds), *self.data.test_x[:, :10].shape[1:])
        for name, state in self.model.states(x):
            for k in (~torch.isfinite(state).flatten(1).all(-1)).nonzero().flatten().tolist():
                broken[k] = broken[k] or name
        return broken


@torch.no_grad()
def predict(model: Feedforward, x: Tensor, seeds: int) -> Tensor:
    """Return the outputs (S, n, ...) of a stacked model in evaluation mode, in pieces."""
    model.eval()
    pieces = [
        model(part.expand(seeds, *part.shape[1:]))
        for part in torch.split(x, SAMPLES_AT_ONCE, dim=1)
    ]
    model.train()
    return torch.cat(pieces, dim=1)


def _refuse_chance(first: Feedforward, again: Feedforward, method: str) -> None:
    """Raise InitbenchError if a seed drawn again after others is not the same model."""
    for one, other in zip(first.parameters(), again.parameters(), strict=True):
        if not torch.equal(one, other):
            raise InitbenchError(
                f"The init method '{method}' draws other numbers when a seed is drawn again; take "
                "all chance from `streams`, and keep nothing between calls."
            )


def _draw(
    blank: Feedforward, init: Mapping[str, Any], seed: int, calibration: Tensor
) -> Feedforward:
    model = copy.deepcopy(blank)  # quicker than building it anew
    parameters = {name: value for name, value in init.items() if name != "method"}
    inits.initialize(model, init["method"], parameters, seed, calibration.clone())
    return model
