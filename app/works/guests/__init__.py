"""One-off access (dostęp jednorazowy): an outside person, bound to an e-mail address, and one thing."""
