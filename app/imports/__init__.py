"""Imports: a package of accounting data is read, checked, compared with what is published, and made public at once."""
