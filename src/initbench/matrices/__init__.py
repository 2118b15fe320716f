"""Random matrices multiplied again and again (family E5): growth, eigenvalues, alignment."""
