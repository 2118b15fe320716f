"""A training recipe: optimiser, batch size, length, and when to look at what; torch-free."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from initbench.errors import InitbenchError, unknown

OPTIMIZERS = ("sgd", "adam")
LOSSES = ("cross_entropy", "mse")
SPLITS = ("train", "test", "running")
RECORDINGS = (
    "gradients",
    "uniques",
    "spectra",
    "symmetry",
    "states",
    "geometry",
    "linear_probe",
    "invertibility",
    "recalls",
)

LOWEST, HIGHEST = 1e-5, 3.0  # learning rates that tuning tries at most, if not said otherwise
FIRST_TUNING_SEED = 3_900_000  # far from every seed that is judged

Moments = str | Sequence[float]


@dataclass(frozen=True)
class Protocol:
    """One recipe; times are in epochs, and a full batch makes an epoch one step.

    A list of learning rates is tuned: each is tried on `tuning["seeds"]` other seeds, and scored
    on the share `tuning["held_out"]` of the training samples, which these runs do not train on.
    Where the best lies at an end of the list, rates further out follow, each about three times the
    last, until the best lies inside or at a bound, `tuning["lowest"]` or `tuning["highest"]`. Where
    no rate beats the best constant answer by 5 points (of a loss: by 5 %), all up to the bounds are
    tried once.
    """

    epochs: int
    optimizer: str = "sgd"
    momentum: float = 0.0
    learning_rate: float | Sequence[float] = 0.0
    tuning: Mapping[str, float] | None = None
    batch: int | str = "full"
    loss: str = "cross_entropy"
    evaluate: Mapping[str, Moments] = field(default_factory=dict)
    record: Mapping[str, Moments] = field(default_factory=dict)
    kick: Mapping[str, float] | None = None

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> "Protocol":
        """Return the protocol of its entry in config.yaml; InitbenchError if it makes no sense."""
        known = cls.__dataclass_fields__
        for name in spec:
            if name not in known:
                raise unknown("key of a protocol", name, known)
        protocol = cls(**spec)
        protocol._check()
        return protocol

    def _check(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            raise unknown("optimizer", self.optimizer, OPTIMIZERS)
        if self.loss not in LOSSES:
            raise unknown("loss", self.loss, LOSSES)
        for split in self.evaluate:
            if split not in SPLITS:
                raise unknown("split to evaluate", split, SPLITS)
        for group in self.record:
            if group not in RECORDINGS:
                raise unknown("group of quantities to record", group, RECORDINGS)
        if self.momentum and self.optimizer != "sgd":
            raise InitbenchError(
                f"A protocol has momentum {self.momentum}, but the optimizer {self.optimizer} "
                "takes none; leave it out, or train with sgd."
            )
        if self.epochs > 0 and not all(0 < rate < math.inf for rate in self.rates):
            raise InitbenchError(
                f"A protocol of {self.epochs} epochs has learning_rate {self.learning_rate}; "
                "give it a positive one."
            )
        if (len(self.rates) > 1) != (self.tuning is not None):
            raise InitbenchError(
                f"A protocol has learning_rate {self.learning_rate} and tuning {self.tuning}; "
                "a list of rates needs `tuning`, and one rate must not have it."
            )
        if (
            self.tuning
            and not self.bounds[0] <= min(self.rates) < max(self.rates) <= self.bounds[1]
        ):
            raise InitbenchError(
                f"A protocol tries the learning rates {self.learning_rate} between the bounds "
                f"{self.bounds[0]:g} and {self.bounds[1]:g}; the bounds must hold all of them."
            )
        if self.kick and self.kick["after_epoch"] > self.epochs:
            raise InitbenchError(
                f"A protocol of {self.epochs} epochs has a kick after epoch "
                f"{self.kick['after_epoch']}; kick it earlier or train it longer."
            )

    @property
    def rates(self) -> Sequence[float]:
        """The learning rates to choose from; a single one is no choice."""
        if isinstance(self.learning_rate, int | float):
            return (float(self.learning_rate),)
        return self.learning_rate

    @property
    def bounds(self) -> tuple[float, float]:
        """The smallest and the largest learning rate that tuning may try."""
        tuning = self.tuning or {}
        return tuning.get("lowest", LOWEST), tuning.get("highest", HIGHEST)

    def check_moments(self) -> None:
        """Raise InitbenchError for a moment to evaluate or record at that is not within the run."""
        for name, moments in {**self.evaluate, **self.record}.items():
            late = [epoch for epoch in self._named(moments) if not 0 <= epoch <= self.epochs]
            if late:
                raise InitbenchError(
                    f"A protocol of {self.epochs} epochs looks at '{name}' at epoch {late[0]}; "
                    "look within the run, or train it longer."
                )

    def _named(self, moments: Moments) -> Sequence[float]:
        """Return the epochs that `moments` names itself; the stride of "every N" is one."""
        if not isinstance(moments, str):
            return moments
        return [int(moments.split()[1])] if moments.startswith("every ") and self.epochs else []

    def check_held_out(self, samples: int) -> int:
        """Return how many of `samples` are trained on while tuning; InitbenchError if none or all.

        Without tuning that is all of them.
        """
        if not self.tuning:
            return samples
        rest = round(samples * (1 - self.tuning["held_out"]))
        if not 0 < rest < samples:
            raise InitbenchError(
                f"A protocol holds out {self.tuning['held_out']} of {samples} training samples "
                f"and trains on {rest}; leave at least one sample on either side."
            )
        return rest

    def check_samples(self, samples: int) -> None:
        """Raise InitbenchError where `samples` training samples are too few for what is asked."""
        rest = self.check_held_out(samples)
        if self.batch != "full" and int(self.batch) > rest:
            raise InitbenchError(
                f"A protocol has batches of {self.batch}, but trains on {rest} samples; "
                "take smaller batches, or `batch: full`."
            )

    def at(self, rate: float) -> "Protocol":
        """Return the protocol at one of its rates, no longer tuned."""
        return replace(self, learning_rate=rate, tuning=None)

    def unobserved(self) -> "Protocol":
        """Return the protocol without evaluation and recording before the end."""
        return replace(self, evaluate={}, record={})

    def batch_size(self, samples: int) -> int:
        """Return the number of samples a step of a training set of `samples`."""
        return samples if self.batch == "full" else int(self.batch)

    def steps_per_epoch(self, samples: int) -> int:
        """Return the number of updates an epoch, the last batch being smaller where need be."""
        return -(-samples // self.batch_size(samples))

    def steps(self, moments: Moments, samples: int) -> set[int]:
        """Return the steps at `moments`: a list of epochs, "each", "every N" or "ends".

        An epoch between two steps is the nearer one.
        """
        per_epoch = self.steps_per_epoch(samples)
        return {round(e * per_epoch) for e in self._epochs(moments) if e <= self.epochs}

    def _epochs(self, moments: Moments) -> Sequence[float]:
        if not isinstance(moments, str):
            return moments
        if moments == "ends":
            return (0, self.epochs)
        stride = 1 if moments == "each" else int(moments.removeprefix("every "))
        return range(0, self.epochs + 1, stride)


def extended(spec: Mapping[str, Any], crossing: Mapping[str, Any]) -> dict[str, Any]:
    """Return the protocol entry `spec` with what its crossing also evaluates and records."""
    wishes = crossing.get("also", {})
    return {**spec, **{k: {**spec.get(k, {}), **more} for k, more in wishes.items()}}


def shorten(spec: Mapping[str, Any], epochs: int) -> dict[str, Any]:
    """Return the protocol entry `spec` cut to at most `epochs` epochs (the preview's)."""
    return {**spec, "epochs": min(int(spec["epochs"]), epochs)}
