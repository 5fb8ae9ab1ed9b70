"""Meters (liczniki) and their readings, as the manager's books hold them."""
