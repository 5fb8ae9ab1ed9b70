"""Writes of online payments: started by residents, followed by jobs, given back by staff."""
