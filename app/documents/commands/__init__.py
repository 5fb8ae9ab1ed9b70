"""Writes of documents: folders, saving, publishing and withdrawing, many at once, and the log of who fetched them."""
