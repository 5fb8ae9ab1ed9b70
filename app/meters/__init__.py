"""Meters (liczniki), their readings, and settlements of what was used, as the manager's books hold them."""
