"""The two commands, and the servers they start."""
