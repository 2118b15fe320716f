"""A training recipe: optimiser, batch size, length, and when to look at what; torch-free."""

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

Moments = str | Sequence[float]


@dataclass(frozen=True)
class Protocol:
    """One recipe; times are in epochs, and a full batch makes an epoch one step.

    A list of learning rates is tuned: each is tried on `tuning["seeds"]` other seeds, and scored
    on the share `tuning["held_out"]` of the training samples, which these runs do not train on.
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
        if self.epochs > 0 and not all(rate > 0 for rate in self.rates):
            raise InitbenchError(
                f"A protocol of {self.epochs} epochs has learning_rate {self.learning_rate}; "
                "give it a positive one."
            )
        if (len(self.rates) > 1) != (self.tuning is not None):
            raise InitbenchError(
                f"A protocol has learning_rate {self.learning_rate} and tuning {self.tuning}; "
                "a list of rates needs `tuning`, and one rate must not have it."
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
        """Return the steps at `moments`: a list of epochs, "each", "every N" or "ends"."""
        per_epoch = self.steps_per_epoch(samples)
        return {round(e * per_epoch) for e in self._epochs(moments) if e <= self.epochs}

    def _epochs(self, moments: Moments) -> Sequence[float]:
        if not isinstance(moments, str):
            return moments
        if moments == "ends":
            return (0, self.epochs)
        stride = 1 if moments == "each" else int(moments.removeprefix("every "))
        return range(0, self.epochs + 1, stride)


def shorten(spec: Mapping[str, Any], epochs: int) -> dict[str, Any]:
    """Return the protocol entry `spec` cut to at most `epochs` epochs (the preview's)."""
    return {**spec, "epochs": min(int(spec["epochs"]), epochs)}
