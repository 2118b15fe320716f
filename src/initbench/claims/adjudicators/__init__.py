"""The measurements behind the claims: a folder for each bed, found by themselves."""
