"""The literal replay of document A's notebook: its own seed, its own order of draws."""
