"""Closing managers: suspended, archived, confirmed by a second operator, and deleted after thirty days of grace."""
