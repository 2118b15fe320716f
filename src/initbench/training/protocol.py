"""A training recipe: optimiser, batch size, length, and when to look at what; torch-free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from initbench.errors import InitbenchError, unknown

OPTIMIZERS = ("sgd", "adam")
SPLITS = ("train", "test", "running")
PROBES = (
    "gradients",
    "uniques",
    "spectra",
    "symmetry",
    "states",
    "geometry",
    "separability",
    "signal",
)

Moments = str | Sequence[float]


@dataclass(frozen=True)
class Protocol:
    """One recipe; times are in epochs, and a full batch makes an epoch one step."""

    epochs: int
    optimizer: str = "sgd"
    learning_rate: float = 0.0
    batch: int | str = "full"
    evaluate: Mapping[str, Moments] = field(default_factory=dict)
    record: Mapping[str, Moments] = field(default_factory=dict)
    kick: Mapping[str, float] | None = None
    precision: str = "float32"

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
        for split in self.evaluate:
            if split not in SPLITS:
                raise unknown("split to evaluate", split, SPLITS)
        for group in self.record:
            if group not in PROBES:
                raise unknown("group of quantities to record", group, PROBES)
        if self.epochs > 0 and self.learning_rate <= 0:
            raise InitbenchError(
                f"A protocol of {self.epochs} epochs has learning_rate {self.learning_rate}; "
                "give it a positive one."
            )
        if self.kick and self.kick["after_epoch"] > self.epochs:
            raise InitbenchError(
                f"A protocol of {self.epochs} epochs has a kick after epoch "
                f"{self.kick['after_epoch']}; kick it earlier or train it longer."
            )

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
