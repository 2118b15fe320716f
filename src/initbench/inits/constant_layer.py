"""One layer at a constant, the others at PyTorch's default."""

import torch
from torch import nn

from initbench.errors import unknown
from initbench.inits._common import weight_layers
from initbench.inits._method import Method, Streams
from initbench.inits.default import initialize as initialize_default

METHOD = Method(
    name="constant_layer",
    title="One constant layer",
    formula="W_k = c, b_k = c in layer k; elsewhere W, b ~ U(−1/√n_in, +1/√n_in)",
    source="Goodfellow, Bengio and Courville (2016), Deep Learning, section 8.4, on the need to "
    "break symmetry",
    applies_to="linear and convolution layers",
    note="The other layers hold the very draws of PyTorch's default, biases included, so the two "
    "inits differ in one layer only. With bias false, that layer keeps its random bias.",
    use="Never in a hidden layer; at the output layer alone a constant is harmless.",
    paper={
        "author": "Goodfellow, Ian and Bengio, Yoshua and Courville, Aaron",
        "title": "Deep Learning",
        "publisher": "MIT Press",
        "year": "2016",
    },
    example={"layer": "layers.0"},
)


@torch.no_grad()
def initialize(
    model: nn.Module, streams: Streams, *, layer: str, value: float = 0.0, bias: bool = True
) -> None:
    """Set the weight and, by default, the bias of `layer` to `value`; the rest as `default`.

    Raises InitbenchError if the model has no weight layer of that name.
    """
    layers = dict(weight_layers(model))
    if layer not in layers:
        raise unknown("layer", layer, layers)
    initialize_default(model, streams)
    chosen = layers[layer]
    nn.init.constant_(chosen.weight, value)
    if bias and chosen.bias is not None:
        nn.init.constant_(chosen.bias, value)
