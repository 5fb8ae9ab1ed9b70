"""Bank files: read, counted once, matched to units; what has come in and is not yet in the books."""
