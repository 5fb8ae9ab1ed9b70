"""Załączniki: files that people hand over, checked, stored once, and handed out so that nothing in them can run."""
