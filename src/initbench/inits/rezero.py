"""ReZero: branches of full size, each behind a learned factor that starts at zero."""

from torch import nn

from initbench.architectures.residual import Scale
from initbench.errors import InitbenchError
from initbench.inits._method import Method, Streams
from initbench.inits.he_normal import initialize as initialize_he
from initbench.values import Bias

METHOD = Method(
    name="rezero",
    title="ReZero",
    formula="W ~ N(0, 2/n_in); each residual branch is multiplied by a learned α = 0",
    source="Bachlechner, Majumder, Mao, Cottrell and McAuley (2020), ReZero is all you need: fast "
    "convergence at large depth, arXiv:2003.04887",
    applies_to="residual networks with a learned factor for each branch",
    note="Each block starts as the identity, as under a zero last layer, but only one number of "
    "each branch has a gradient at the first step. Biases are zero unless bias is 'default'.",
    use="Deep residual nets and Transformers that may have one learned factor for each branch.",
    paper={
        "author": "Bachlechner, Thomas and Majumder, Bodhisattwa Prasad and Mao, Huanru Henry and "
        "Cottrell, Garrison W. and McAuley, Julian",
        "title": "ReZero is all you need: Fast convergence at large depth",
        "year": "2020",
        "eprint": "2003.04887",
    },
)


def initialize(model: nn.Module, streams: Streams, *, bias: Bias = "zero") -> None:
    """Draw weights as `he_normal`; the factors have their fixed start, 0.

    Raises InitbenchError for a model without such factors.
    """
    if not any(isinstance(module, Scale) for module in model.modules()):
        raise InitbenchError(
            "ReZero needs a learned factor before each residual branch, but the model has none; "
            "use an architecture with `rezero: true`, or another init."
        )
    initialize_he(model, streams, bias=bias)
