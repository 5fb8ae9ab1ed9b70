"""Profiles of imports: how a manager's own files become the package, under a name."""
