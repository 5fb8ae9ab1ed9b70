"""Odbiorcy: whom a publication is for, as a choice, a count, a list, and one SELECT for writing to them."""
