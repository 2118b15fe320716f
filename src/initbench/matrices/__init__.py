"""Random matrices multiplied again and again: growth, eigenvalues, alignment."""
