"""Buildings, units, people and their titles to units, as the manager's books hold them."""
