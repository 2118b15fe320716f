"""Nets and tiny Transformers with and without LayerNorm."""
