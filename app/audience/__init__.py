"""Audiences (odbiorcy): whom a mailout, an announcement or a document is for, chosen in one way everywhere."""
