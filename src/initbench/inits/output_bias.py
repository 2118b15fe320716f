"""Three starts of the output's bias: zero, PyTorch's default, the log of the class frequencies."""

import math
from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from initbench.errors import InitbenchError
from initbench.inits._common import bias_of, fans, weight_layers
from initbench.inits._method import Method, Streams
from initbench.inits.he_normal import initialize as initialize_he
from initbench.values import Positive

METHOD = Method(
    name="output_bias",
    title="Output bias from class frequencies",
    formula="head: W ~ N(0, std²) and b = log p with p the class frequencies, b = 0, or "
    "b ~ U(−1/√n_in, +1/√n_in); elsewhere W ~ N(0, 2/n_in), b = 0",
    source="Lin, Goyal, Girshick, He and Dollár (2017), Focal loss for dense object detection, "
    "ICCV, arXiv:1708.02002, sections 3.3 and 4.1, for two classes",
    applies_to="linear and convolution layers; the last one has an output for each class",
    note="Small head weights make the first outputs those of the bias alone: with log p the first "
    "loss is the entropy of the classes, and no step is spent on learning how frequent they are. "
    "All other biases are zero.",
    use="Classifiers of classes that are far from equally frequent.",
    paper={
        "author": "Lin, Tsung-Yi and Goyal, Priya and Girshick, Ross and He, Kaiming and Dollár, "
        "Piotr",
        "title": "Focal loss for dense object detection",
        "booktitle": "IEEE International Conference on Computer Vision",
        "year": "2017",
        "eprint": "1708.02002",
    },
)


@torch.no_grad()
def initialize(
    model: nn.Module,
    streams: Streams,
    *,
    head: Literal["zero", "default"] | Sequence[Positive] = "zero",
    std: Positive = 0.01,
) -> None:
    """Draw weights as `he_normal`, the head's from N(0, std²); fill the head's bias by `head`.

    A list gives the frequencies of the classes in any unit. Raises InitbenchError if it is not as
    long as the head's bias.
    """
    initialize_he(model, streams)
    name, layer = weight_layers(model)[-1]
    nn.init.normal_(layer.weight, std=std, generator=streams.weight(name))
    bias = bias_of(name, layer)
    if head == "default":
        bound = 1 / math.sqrt(fans(layer)[0])
        nn.init.uniform_(bias, -bound, bound, generator=streams.bias(name))
    elif not isinstance(head, str):
        bias.copy_(_log_shares(head, len(bias)))


def _log_shares(frequencies: Sequence[float], classes: int) -> Tensor:
    """Return the log of each class's share (classes,)."""
    if len(frequencies) != classes:
        raise InitbenchError(
            f"The output_bias init got {len(frequencies)} class frequencies, but the model has "
            f"{classes} outputs; give one for each."
        )
    found = torch.tensor(frequencies, dtype=torch.float64)
    return torch.log(found / found.sum())
