"""Random matrices, applied again and again, or one a layer."""
