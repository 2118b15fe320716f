"""initbench: a benchmark that tests what tutorials say about weight initialization."""

__version__ = "0.1.0"
