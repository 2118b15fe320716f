"""What is to be done: config.yaml, the cells of its grid, and the hash of what decides each."""
