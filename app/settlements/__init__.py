"""Settlements (rozliczenia) of what a building used: heat and water, unit by unit, that everybody can recompute."""
