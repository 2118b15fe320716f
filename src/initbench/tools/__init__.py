"""What a person calls by a target of the Makefile."""
