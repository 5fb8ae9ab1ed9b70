"""Settlements of media (rozliczenia mediów): what a building cost, how it was divided, what a unit owes or overpaid."""
