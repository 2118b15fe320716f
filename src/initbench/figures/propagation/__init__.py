"""Signals and gradients over depth, as an init leaves them, without training."""
