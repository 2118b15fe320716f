"""Closed forms laid over what was measured."""
