"""Komunikaty: what the manager publishes to its residents, for whom, how urgent, and until when."""
