"""Webhooks: what has happened at a manager, told to its programs, signed, and tried again until they have it."""
