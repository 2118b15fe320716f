"""The measurements behind the claims: one or more modules a family, found by themselves."""
