"""Everything that leaves to a person: one row for each letter, its state from queued to sent, and its trace."""
