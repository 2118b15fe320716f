"""What the recorder can measure on a stacked model, by the group's name in a protocol."""

from collections.abc import Callable, Iterable

from initbench.architectures._feedforward import Feedforward
from initbench.training.data import Data
from initbench.training.recorder import Measurement
from initbench.training.recordings import recalls, separability, states, tensors

Recording = Callable[[Feedforward, Data], Iterable[Measurement]]

RECORDINGS: dict[str, Recording] = {
    "gradients": tensors.gradients,
    "uniques": tensors.uniques,
    "spectra": tensors.spectra,
    "symmetry": tensors.symmetry,
    "states": states.sizes,
    "geometry": states.geometry,
    "linear_probe": separability.linear_probe,
    "invertibility": separability.invertibility,
    "recalls": recalls.recalls,
}


def measure(group: str, model: Feedforward, data: Data) -> Iterable[Measurement]:
    """Yield the measurements of `group` on a stacked model and its block's data."""
    return RECORDINGS[group](model, data)
