"""Doors for programs: tokens of a manager with scopes, and what every answer to a program has in common."""
