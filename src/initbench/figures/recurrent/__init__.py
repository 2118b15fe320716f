"""Recurrent nets that must remember."""
