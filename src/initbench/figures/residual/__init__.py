"""Residual nets without normalization, by how their branches start."""
