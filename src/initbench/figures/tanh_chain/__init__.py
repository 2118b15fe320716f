"""The chain of eight 2 × 2 tanh layers on two moons, and its literal replay."""
