"""Kontakt: when the office is open, who does what there, and whom to call in an emergency, building by building."""
