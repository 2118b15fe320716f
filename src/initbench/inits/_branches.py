"""The branches of residual networks, which their init methods treat apart."""

from torch import nn

from initbench.errors import InitbenchError
from initbench.inits._common import WeightLayer, weight_layers

Named = tuple[str, WeightLayer]


def branches(model: nn.Module) -> list[tuple[Named, Named]]:
    """Return the first and the last layer of each residual branch of `model`, with their names.

    A branch has two layers, called `first` and `second`. Raises InitbenchError if there is none.
    """
    layers = dict(weight_layers(model))
    firsts = [name for name in layers if name.endswith(".first")]
    if not firsts:
        raise InitbenchError(
            f"The init treats residual branches apart, but the model's layers are "
            f"{', '.join(layers)}; use a model whose branches have layers `first` and `second`."
        )
    lasts = [f"{name.removesuffix('first')}second" for name in firsts]
    return [
        ((first, layers[first]), (last, layers[last]))
        for first, last in zip(firsts, lasts, strict=True)
    ]
