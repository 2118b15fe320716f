"""initbench: a benchmark that tests what tutorials say about weight initialization."""

import os

# Without it, MKL on some processors rounds a product otherwise in a block of other size; no slower.
os.environ.setdefault("MKL_CBWR", "AUTO")

__version__ = "0.1.0"
