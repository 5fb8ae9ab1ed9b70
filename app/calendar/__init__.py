"""The calendar of a unit: what falls due, what was paid and settled, what ends. A page for residents, and a feed."""
