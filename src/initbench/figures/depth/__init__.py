"""Fully connected nets of 3 to 60 layers, trained at a rate of their own or at one for all."""
