"""Ways out of the house: protocols of neighbours and the real thing behind each. No feature, no database."""
