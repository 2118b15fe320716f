"""Training of blocks of seeds at once, and the recording of what happens."""
