"""An output bias made from the class frequencies."""
