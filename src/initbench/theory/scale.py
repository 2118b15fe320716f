"""How the scale of the weights and the learning rate trade off."""


def iso_rate(rate: float, scale: float, layers: int) -> float:
    """Return the rate η c^−(L−2) at which a homogeneous net with weights × c learns as before.

    A ReLU net of L layers without bias obeys f(cW) = c^L f(W), so its gradient grows by c^(L−1)
    and its weights by c: ln η = −(L−2) ln c + const keeps the relative step. Exact for a loss that
    is linear in the outputs; else as long as the gradient of the loss stays that of the outputs.
    """
    return float(rate * scale ** (2 - layers))


def layernorm_gradient(gradient: float, scale: float) -> float:
    """Return the gradient in weights before a LayerNorm once they are multiplied by `scale`.

    The function does not change, so that its gradient goes as 1/scale (Ba et al. 2016).
    """
    return gradient / scale


def layernorm_effective_rate(rate: float, scale: float) -> float:
    """Return rate/scale², the effective rate of weights before a LayerNorm (van Laarhoven 2017).

    The gradient is 1/scale as large, and the weights that it turns are `scale` times as long.
    """
    return layernorm_gradient(rate, scale) / scale
