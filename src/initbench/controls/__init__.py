"""Controls of the pipeline itself: A against A, a known failure, fewer seeds, another rate."""

EXPERIMENTS = ("tiny_sgd", "tiny_adam", "mnist_main")  # whose runs are compared with each other
