"""Convolutions, sines, and an init for each type of net."""
