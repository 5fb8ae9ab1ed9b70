"""The illustrated how-to (instrukcja obrazkowa): steps with pictures of the product itself, for each audience."""
