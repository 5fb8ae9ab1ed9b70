"""Everything that leaves to a person: one row for each letter, its state from queued to sent, and its trace.

A row is written with its cause and is unique for (cause, recipient, channel). It is claimed and committed as
`sending` before the server is spoken to, and no transaction is open while it is. A worker killed at any moment
therefore loses nothing and repeats at most the one letter whose acceptance it had not yet recorded; a letter
that carries a secret is not repeated but held and shown.
"""
